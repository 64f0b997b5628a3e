//! What keeps claws from each other on the network of a host. Loopback is shared by everybody on it, and a gateway takes
//! whoever comes from there for a friend; so the kernel looks at who it is that opens a connection. A table of nftables
//! that is ours alone says:
//!
//! - a claw's gateway is reached by that claw and by root, which the node is, and by nobody else on this host;
//! - of this machine a claw reaches its own gateway and the resolver, and of private networks the resolver and what it was
//!   let through to: not its neighbours, not the node, no database, no cloud's metadata.
//!
//! The rules go by the claws' span of user ids, so that a claw is fenced before it has run; what changes as claws come and
//! go is one pair of user and port each. The table is written as a whole and replaced in one step, so that there is no
//! moment without it, and it stays when the node ends. Replies are not looked at: whoever could not ask gets none.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    process::Stdio,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use url::Url;

use crate::domain::secret::Secret;
use crate::node::runtime::{Owner, RuntimeError, hands::to_the_end};

const TABLE: &str = "inet clawnode";
/// A lock of the kernel's is never held for long.
const ANSWER: Duration = Duration::from_secs(30);
/// Networks that belong to no public host.
const PRIVATE_4: &str =
    "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/3";
const PRIVATE_6: &str = "::1, ::ffff:0:0/96, 64:ff9b:1::/48, fc00::/7, fe80::/10, ff00::/8";
/// Asks for a connection.
const ASKS: &str = "tcp flags & (fin | syn | rst | ack) == syn";
const REFUSED: &str = "counter reject with icmpx admin-prohibited";

/// What does not change while the node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Everybody who is or can be a claw.
    pub users: RangeInclusive<u32>,
    /// What claws may reach although it lies on this machine or in a private network.
    pub open: BTreeSet<SocketAddr>,
}

/// What a URL names, if it names an address that could lie behind the fence; whatever has a name is found in public.
pub fn addresses(url: &str) -> Vec<SocketAddr> {
    let Some(url) = Url::parse(url).ok() else { return Vec::new() };
    let Some(port) = url.port_or_known_default() else { return Vec::new() };
    let hosts: Vec<IpAddr> = match url.host() {
        Some(url::Host::Ipv4(ip)) => vec![ip.into()],
        Some(url::Host::Ipv6(ip)) => vec![ip.into()],
        Some(url::Host::Domain("localhost")) => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Some(url::Host::Domain(_)) | None => Vec::new(),
    };
    hosts.into_iter().map(|host| SocketAddr::new(host, port)).collect()
}

/// The table, for `nft -f`. The same claws give the same text.
pub fn rules(fence: &Fence, owners: &[Owner]) -> String {
    let owners: BTreeSet<(u32, u16)> = owners.iter().map(|owner| (owner.user, owner.port)).collect();
    let ports: BTreeSet<u16> = owners.iter().map(|(_, port)| *port).collect();
    // A claw keeps its user when the span is changed.
    let others: BTreeSet<u32> = owners.iter().map(|(user, _)| *user).filter(|user| !fence.users.contains(user)).collect();
    let users =
        list(std::iter::once(format!("{}-{}", fence.users.start(), fence.users.end())).chain(others.iter().map(u32::to_string)));
    let pairs = elements(owners.iter().map(|(user, port)| format!("{user} . {port}")));
    let ports = elements(ports.iter().map(u16::to_string));
    let mut open = String::new();
    for address in &fence.open {
        let family = if address.is_ipv4() { "ip" } else { "ip6" };
        let _infallible = writeln!(open, "    {family} daddr {} tcp dport {} accept", address.ip(), address.port());
    }
    let body = format!(
        "table {TABLE} {{
  set own {{
    type uid . inet_service
{pairs}  }}
  set gateways {{
    type inet_service
{ports}  }}
  chain out {{
    type filter hook output priority filter; policy accept;
    oifname \"lo\" {ASKS} tcp dport @gateways meta skuid != 0 jump gateway
    meta skuid {{ {users} }} jump claw
  }}
  chain gateway {{
    meta skuid . tcp dport @own accept
    {REFUSED}
  }}
  chain claw {{
    meta l4proto {{ tcp, udp }} th dport 53 accept
{open}    meta l4proto tcp tcp flags & (fin | syn | rst | ack) != syn accept
    oifname \"lo\" {REFUSED}
    ip daddr {{ {PRIVATE_4} }} {REFUSED}
    ip6 daddr {{ {PRIVATE_6} }} {REFUSED}
  }}
"
    );
    // A chain nothing leads to: its name tells whether what stands is this.
    format!("add table {TABLE}\ndelete table {TABLE}\n{body}  chain {} {{\n  }}\n}}\n", mark(&body))
}

fn mark(body: &str) -> String {
    format!("mark-{}", hex::encode(&Sha256::digest(body)[..8]))
}

fn list(elements: impl Iterator<Item = String>) -> String {
    elements.collect::<Vec<_>>().join(", ")
}

fn elements(elements: impl Iterator<Item = String>) -> String {
    match list(elements) {
        none if none.is_empty() => none,
        some => format!("    elements = {{ {some} }}\n"),
    }
}

/// How nft is run: by ourselves, or as the last word of a program that runs it for us.
pub const BY_OURSELVES: &[&str] = &["nft"];

/// Puts the table in the place of the one that stands, in one step.
pub async fn put_up(by: &[&str], rules: &str) -> Result<(), RuntimeError> {
    match nft(by, &["-f", "-"], Some(rules)).await? {
        (Some(0), _, _) => Ok(()),
        (_, _, said) => Err(refused(&said)),
    }
}

/// Whether just this table stands.
pub async fn stands(by: &[&str], rules: &str) -> Result<bool, RuntimeError> {
    let mark = rules.lines().rev().find_map(|line| line.trim().strip_prefix("chain ")?.split(' ').next());
    let (code, listed, _) = nft(by, &["list", "table", "inet", "clawnode"], None).await?;
    Ok(code == Some(0) && mark.is_some_and(|mark| listed.contains(mark)))
}

/// Whether the kernel can be asked at all.
pub async fn can_be_used() -> Result<(), RuntimeError> {
    match nft(BY_OURSELVES, &["list", "tables"], None).await? {
        (Some(0), _, _) => Ok(()),
        (_, _, said) => Err(refused(&said)),
    }
}

fn refused(said: &str) -> RuntimeError {
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).collect();
    RuntimeError::Failed(format!("nft refuses: {}", said.join(" ")))
}

async fn nft(by: &[&str], args: &[&str], input: Option<&str>) -> Result<(Option<i32>, String, String), RuntimeError> {
    let Some((program, before)) = by.split_first() else { return Err(RuntimeError::Failed("nobody runs nft".into())) };
    let mut command = Command::new(program);
    command.args(before).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command
        .spawn()
        .map_err(|error| RuntimeError::of(&format!("starting {program} (nft is of the package nftables)"), &error))?;
    let input = input.map(|text| Secret::new(text.as_bytes().to_vec()));
    let ended = tokio::time::timeout(ANSWER, to_the_end(&mut child, input.as_ref())).await;
    let end = ended.map_err(|_| RuntimeError::TooLong("nft".into()))?.map_err(|error| RuntimeError::of("running nft", &error))?;
    Ok((end.code, end.stdout, end.stderr))
}

#[cfg(test)]
mod tests {
    use super::{Fence, addresses, rules};
    use crate::node::runtime::Owner;

    fn fence(open: &[&str]) -> Fence {
        let open = open.iter().flat_map(|url| addresses(url)).collect();
        Fence { users: 200_000..=299_999, open }
    }

    fn claw(user: u32, port: u16) -> Owner {
        Owner { user, port }
    }

    #[test]
    fn the_table_of_two_claws_is_this() {
        let rules = rules(
            &fence(&["http://127.0.0.1:8081", "https://api.telegram.org"]),
            &[claw(200_002, 20_001), claw(200_001, 20_000)],
        );
        insta::assert_snapshot!(rules, @r#"
        add table inet clawnode
        delete table inet clawnode
        table inet clawnode {
          set own {
            type uid . inet_service
            elements = { 200001 . 20000, 200002 . 20001 }
          }
          set gateways {
            type inet_service
            elements = { 20000, 20001 }
          }
          chain out {
            type filter hook output priority filter; policy accept;
            oifname "lo" tcp flags & (fin | syn | rst | ack) == syn tcp dport @gateways meta skuid != 0 jump gateway
            meta skuid { 200000-299999 } jump claw
          }
          chain gateway {
            meta skuid . tcp dport @own accept
            counter reject with icmpx admin-prohibited
          }
          chain claw {
            meta l4proto { tcp, udp } th dport 53 accept
            ip daddr 127.0.0.1 tcp dport 8081 accept
            meta l4proto tcp tcp flags & (fin | syn | rst | ack) != syn accept
            oifname "lo" counter reject with icmpx admin-prohibited
            ip daddr { 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 224.0.0.0/3 } counter reject with icmpx admin-prohibited
            ip6 daddr { ::1, ::ffff:0:0/96, 64:ff9b:1::/48, fc00::/7, fe80::/10, ff00::/8 } counter reject with icmpx admin-prohibited
          }
          chain mark-ed3ac906aa388124 {
          }
        }
        "#);
    }

    #[test]
    fn a_host_without_claws_has_a_fence_already() {
        let rules = rules(&fence(&[]), &[]);
        assert!(!rules.contains("elements") && rules.contains("meta skuid { 200000-299999 } jump claw"), "{rules}");
    }

    #[test]
    fn the_same_claws_give_the_same_text_and_others_another() {
        let fence = fence(&[]);
        let one = rules(&fence, &[claw(200_001, 20_000), claw(200_002, 20_001)]);
        assert_eq!(one, rules(&fence, &[claw(200_002, 20_001), claw(200_001, 20_000), claw(200_001, 20_000)]));
        let mark = |rules: &str| rules.split("mark-").nth(1).expect("a mark")[..16].to_owned();
        assert_ne!(mark(&one), mark(&rules(&fence, &[claw(200_001, 20_000), claw(200_002, 20_002)])));
    }

    #[test]
    fn a_claw_from_before_the_span_was_changed_is_fenced_too() {
        let rules = rules(&fence(&[]), &[claw(150_000, 20_000), claw(200_001, 20_001)]);
        assert!(rules.contains("meta skuid { 200000-299999, 150000 } jump claw"), "{rules}");
    }

    #[test]
    fn what_has_an_address_is_let_through_and_what_has_a_name_is_not_asked_for() {
        let open = |url: &str| addresses(url).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(open("http://localhost:11434/v1"), ["127.0.0.1:11434", "[::1]:11434"]);
        assert_eq!(open("https://10.0.0.5/v1"), ["10.0.0.5:443"]);
        assert_eq!(open("https://openrouter.ai/api/v1"), [""; 0]);
        assert!(rules(&fence(&["http://[fd00::1]:80"]), &[]).contains("    ip6 daddr fd00::1 tcp dport 80 accept\n"));
    }
}
