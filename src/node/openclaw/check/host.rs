//! What the systemd runtime needs of a host: systemd itself, control groups, the firewall of the kernel, users nobody
//! has. The process runtime does without most of it, and is told what it does without.

use std::path::Path;

use tokio::process::Command;

use super::{Finding, bad, good, mind, read};
use crate::node::{
    config::{NodeSettings, RuntimeKind},
    runtime::fence,
};

/// What claws' units are made of is all there from this version on.
const SYSTEMD: u32 = 252;

/// All of it.
pub(super) async fn host(settings: &NodeSettings) -> Vec<Finding> {
    let runtime = settings.runtime;
    let mut findings = vec![
        cgroups(&read("/sys/fs/cgroup/cgroup.controllers"), &read("/proc/cgroups"), runtime),
        root(&read("/proc/self/status"), runtime),
        users(&read("/etc/passwd"), &[read("/etc/subuid"), read("/etc/subgid")].concat(), settings),
    ];
    match runtime {
        RuntimeKind::Process => {
            findings
                .push(mind("runtime: `process` is for development and tests; set CLAWNODE_RUNTIME=systemd on a host.".into()));
        }
        RuntimeKind::Systemd => {
            let asked = Command::new("systemctl").arg("--version").output().await;
            let said = asked.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default();
            // The folder sd_booted(3) looks for.
            findings.push(manager(Path::new("/run/systemd/system").is_dir(), &said));
            findings.push(firewall(fence::can_be_used().await.map_err(|error| error.to_string())));
        }
    }
    findings
}

fn cgroups(controllers: &str, first: &str, runtime: RuntimeKind) -> Finding {
    let missing = |known: &dyn Fn(&str) -> bool| -> Vec<&str> {
        ["memory", "pids", "cpu"].into_iter().filter(|name| !known(name)).collect()
    };
    let second = missing(&|name| controllers.split_whitespace().any(|found| found == name));
    if second.is_empty() {
        return good("cgroups: memory, pids and cpu can be limited".into());
    }
    // `#subsys_name hierarchy num_cgroups enabled`
    let enabled = |name: &str| {
        let line = first.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find(|line| line.first() == Some(&name));
        line.is_some_and(|line| line.get(1) != Some(&"0") && line.get(3) == Some(&"1"))
    };
    let text = format!("cgroups: {} cannot be limited for each claw.", second.join(", "));
    match runtime {
        RuntimeKind::Systemd if missing(&enabled).is_empty() => mind(
            "cgroups: version 1 limits claws, and does not tell which were ended for want of memory. Start Linux with \
             systemd.unified_cgroup_hierarchy=1."
                .into(),
        ),
        RuntimeKind::Systemd => bad(format!("{text} Start Linux with systemd.unified_cgroup_hierarchy=1.")),
        RuntimeKind::Process => mind(format!("{text} The process runtime does without; one claw can starve the others.")),
    }
}

fn root(status: &str, runtime: RuntimeKind) -> Finding {
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().nth(1)).unwrap_or("?");
    match (uid, runtime) {
        ("0", _) => good("users: each claw gets a user of its own".into()),
        (_, RuntimeKind::Systemd) => bad("users: the systemd runtime needs root. Start clawnode as a system service.".into()),
        (_, RuntimeKind::Process) => {
            mind("users: without root all claws run as you, and can read each other's files. Run it as root.".into())
        }
    }
}

/// `handed_out` is what `/etc/subuid` and `/etc/subgid` promise to people's containers: `name:first:count`.
fn users(passwd: &str, handed_out: &str, settings: &NodeSettings) -> Finding {
    let span = format!("{}-{}", settings.users.start(), settings.users.end());
    let taken = passwd.lines().filter_map(|line| line.split(':').nth(2)?.parse::<u32>().ok());
    let taken: Vec<String> = taken.filter(|uid| settings.users.contains(uid)).map(|uid| uid.to_string()).collect();
    if !taken.is_empty() {
        return bad(format!("user ids: {} of {span} have owners. Choose others with CLAWNODE_USERS.", taken.join(", ")));
    }
    let shared = handed_out.lines().find_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let (first, count) = rest.split_once(':')?;
        let (first, count) = (first.trim().parse::<u64>().ok()?, count.trim().parse::<u64>().ok()?);
        let apart = first > u64::from(*settings.users.end()) || first + count <= u64::from(*settings.users.start());
        (count > 0 && !apart).then_some(name)
    });
    match shared {
        None => good(format!("user ids: {span} belong to nobody")),
        Some(name) => bad(format!(
            "user ids: some of {span} are promised to {name}'s containers by /etc/subuid or /etc/subgid. Choose others with \
             CLAWNODE_USERS."
        )),
    }
}

/// `version` is what `systemctl --version` says: `systemd 252 (252.38-1)`.
fn manager(runs: bool, version: &str) -> Finding {
    let found = version.split_whitespace().nth(1).and_then(|number| {
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    match (runs, found) {
        (false, _) => bad("runtime: systemd does not run this host. Set CLAWNODE_RUNTIME=process to try it out.".into()),
        (true, Some(found)) if found >= SYSTEMD => good(format!("runtime: systemd {found} runs this host")),
        (true, found) => {
            let found = found.map_or_else(|| "of no version".to_owned(), |found| found.to_string());
            bad(format!("runtime: systemd is {found}, and {SYSTEMD} or newer is needed. Use Debian 12 or newer."))
        }
    }
}

fn firewall(used: Result<(), String>) -> Finding {
    match used {
        Ok(()) => good("firewall: nft can keep claws from each other".into()),
        Err(why) => bad(format!(
            "firewall: {why}. Without it claws reach each other's gateways, so none is started. Run `apt-get install nftables`, as root."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, cgroups, firewall, manager, root, users};
    use crate::node::{
        config::RuntimeKind,
        openclaw::{Grade, check::tests::settings},
    };

    fn grade(finding: &Finding) -> Grade {
        assert!(finding.grade != Grade::Bad || finding.text.ends_with(['.']), "a fix follows: {finding:?}");
        finding.grade
    }

    #[test]
    fn groups_of_either_version_limit_claws() {
        let (first, none) =
            ("#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t4\t14\t1\npids\t8\t1\t1\n", "");
        assert_eq!(grade(&cgroups("cpuset cpu io memory pids\n", none, RuntimeKind::Systemd)), Grade::Good);
        assert_eq!(grade(&cgroups("cpu pids", none, RuntimeKind::Systemd)), Grade::Bad);
        assert_eq!(grade(&cgroups(none, first, RuntimeKind::Systemd)), Grade::Mind);
        let unused = first.replace("memory\t4", "memory\t0");
        assert_eq!(grade(&cgroups(none, &unused, RuntimeKind::Systemd)), Grade::Bad, "no hierarchy has it");
        assert_eq!(grade(&cgroups(none, none, RuntimeKind::Process)), Grade::Mind);
    }

    #[test]
    fn units_take_root_and_a_systemd_that_knows_them() {
        assert_eq!(grade(&root("Name:\tx\nUid:\t0\t0\t0\t0\n", RuntimeKind::Systemd)), Grade::Good);
        assert_eq!(grade(&root("Uid:\t1000\t1000\t1000\t1000\n", RuntimeKind::Systemd)), Grade::Bad);
        assert_eq!(grade(&manager(true, "systemd 252 (252.38-1~deb12u1)\n+PAM\n")), Grade::Good);
        assert_eq!(grade(&manager(true, "systemd 257.9 (257.9-1)\n")), Grade::Good);
        let old = manager(true, "systemd 249 (249.11-0ubuntu3)\n");
        assert!(grade(&old) == Grade::Bad && old.text.contains("249"), "{old:?}");
        assert_eq!((grade(&manager(false, "systemd 252\n")), grade(&manager(true, ""))), (Grade::Bad, Grade::Bad));
    }

    #[test]
    fn a_missing_nft_is_told_with_its_package() {
        assert_eq!(grade(&firewall(Ok(()))), Grade::Good);
        let missing = firewall(Err("starting nft (of the package nftables): No such file or directory".into()));
        assert!(grade(&missing) == Grade::Bad && missing.text.contains("apt-get install nftables"), "{missing:?}");
    }

    #[test]
    fn nobody_else_has_the_claws_users() {
        let (settings, root) = (settings(&[]), "root:x:0:0::/root:/bin/sh\n");
        assert_eq!(grade(&users(root, "", &settings)), Grade::Good);
        let taken = users(&format!("{root}x:x:200005:200005::/:/bin/sh\n"), "", &settings);
        assert!(grade(&taken) == Grade::Bad && taken.text.contains("200005"), "{taken:?}");
        assert_eq!(grade(&users(root, "ann:100000:65536\n", &settings)), Grade::Good);
        let shared = users(root, "ann:100000:65536\nbob:165536:65536\n", &settings);
        assert!(grade(&shared) == Grade::Bad && shared.text.contains("bob's"), "{shared:?}");
        assert_eq!(grade(&users(root, "ann:100000:100000\nbob:300000:65536\n", &settings)), Grade::Good);
    }
}
