#!/usr/bin/env bash
# Sets a Debian host up for clawnode, clawhatch, or both. Safe to run again: what is there stays, above all keys and
# settings; programs and units are replaced by the newer ones it is given.
#
#   deploy/setup.sh clawnode              a host that runs claws
#   deploy/setup.sh clawhatch             the control plane
#   deploy/setup.sh clawnode clawhatch    both on one host
#
# The programs are taken from target/release, or from the folder PROGRAMS names. docs/operations.md shows all of it.
set -euo pipefail
umask 022

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
programs=${PROGRAMS:-$here/../target/release}

say() { printf -- '--> %s\n' "$*"; }
fail() {
    printf 'setup.sh: %s\n' "$*" >&2
    exit 1
}

# --- pieces -----------------------------------------------------------------------------------------------------------

# Installs the Debian packages of programs that are not there yet, from wherever they came: `program:package`.
packages() {
    local -a missing=()
    local pair
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        say "packages: ${*#*:} are there"
        return
    fi
    say "packages: installing ${missing[*]}"
    # A new host may still be at its own first updates.
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update -q
    "${apt[@]}" install -y -q --no-install-recommends "${missing[@]}"
}

# Puts a file in its place in one step. Says whether it was changed, by its exit code.
place() {
    local mode=$1 from=$2 to=$3
    if cmp -s -- "$from" "$to" && [ "$(stat -c %a -- "$to")" = "${mode#0}" ]; then
        return 1
    fi
    install -m "$mode" -o root -g root -- "$from" "$to.new"
    mv -f -- "$to.new" "$to"
}

program() {
    [ -x "$programs/$1" ] || fail "$programs/$1 is not there: cargo build --release --locked, or name its folder by PROGRAMS."
    if place 0755 "$programs/$1" "/usr/local/bin/$1"; then
        say "program: /usr/local/bin/$1 is new"
        newer=yes
    else
        say "program: /usr/local/bin/$1 stays"
    fi
}

unit() {
    if place 0644 "$here/$1.service" "/etc/systemd/system/$1.service"; then
        say "unit: $1.service is new"
        newer=yes
        systemctl daemon-reload
    else
        say "unit: $1.service stays"
    fi
    systemctl enable --quiet "$1.service"
}

# A secret that is made once. What makes it prints it to standard output, which goes nowhere else.
secret() {
    local file=$1
    shift
    if [ -s "$file" ]; then
        say "secret: $file stays"
        return
    fi
    (umask 077 && "$@" >"$file.new")
    [ -s "$file.new" ] || fail "$file could not be made"
    chmod 0400 -- "$file.new"
    mv -f -- "$file.new" "$file"
    say "secret: $file is made"
}

random_key() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
named_key() { printf 'k1:%s' "$(random_key)"; }

# Settings that are written once and then the operator's. Their text comes from standard input.
settings() {
    local file=$1
    if [ -e "$file" ]; then
        cat >/dev/null
        say "settings: $file stays"
        return
    fi
    cat >"$file.new"
    chmod 0644 -- "$file.new"
    mv -f -- "$file.new" "$file"
    say "settings: $file is made"
}

# Starts what is new, and starts anew what runs by an older program or unit.
start() {
    if [ "$newer" = no ] && systemctl is-active --quiet "$1.service"; then
        say "$1 runs, and goes on"
        return
    fi
    systemctl restart "$1.service"
    systemctl is-active --quiet "$1.service" || fail "$1 does not run: journalctl -u $1"
    say "$1 runs"
}

# --- clawnode ---------------------------------------------------------------------------------------------------------

# Runs a command of clawnode's as its unit would.
with_settings() (
    while IFS='=' read -r name value; do
        case $name in CLAWNODE_*) [ -z "$value" ] || export "$name=$value" ;; esac
    done </etc/clawnode/clawnode.env
    export CLAWNODE_KEY_FILE=/etc/clawnode/secrets/key CLAWNODE_ENCRYPTION_KEYS_FILE=/etc/clawnode/secrets/encryption-keys
    exec "$@"
)

clawnode() {
    newer=no
    packages update-ca-certificates:ca-certificates nft:nftables npm:npm
    program clawnode
    install -d -m 0755 /etc/clawnode
    install -d -m 0700 /etc/clawnode/secrets
    secret /etc/clawnode/secrets/key random_key
    secret /etc/clawnode/secrets/encryption-keys named_key
    settings /etc/clawnode/clawnode.env < <(
        echo '# Settings of clawnode; each stands here with what it is when it is not given. Take the # away to change one.'
        echo '# Its two secrets are files in /etc/clawnode/secrets.'
        grep -E '^#CLAWNODE_' "$here/clawnode.env.example" | grep -v CLAWNODE_CLOCK_FILE
    )
    say 'OpenClaw and its Node, from npm (860 MB, some minutes the first time)'
    with_settings /usr/local/bin/clawnode install
    unit clawnode
    # Bad findings do not end the set-up: some are mended by what the operator does next.
    say 'clawnode check:'
    if with_settings /usr/local/bin/clawnode check; then start clawnode; else checked=no; fi
}

# --- clawhatch --------------------------------------------------------------------------------------------------------

clawhatch() {
    newer=no
    packages update-ca-certificates:ca-certificates
    program clawhatch
    install -d -m 0755 /etc/clawhatch
    install -d -m 0700 /etc/clawhatch/secrets
    secret /etc/clawhatch/secrets/telegram-webhook-secret random_key
    secret /etc/clawhatch/secrets/encryption-keys named_key
    if [ -s /etc/clawnode/secrets/key ]; then
        secret /etc/clawhatch/secrets/infra-api-key cat /etc/clawnode/secrets/key
    fi
    settings /etc/clawhatch/settings.env <<'END'
# Settings of clawhatch; docs/configuration.md has all of them. Its secrets are files in /etc/clawhatch/secrets.
# The address people and Telegram reach. Without one clawhatch asks Telegram for updates itself.
#PUBLIC_URL=https://claws.example.com
# Your own number in Telegram.
#ADMIN_IDS=
DEFAULT_DRIVER=clawnode
INFRA_API_URL=http://127.0.0.1:9310
LISTEN_ADDR=127.0.0.1:8080
END
    unit clawhatch
    local name
    for name in telegram-bot-token infra-api-key ai-gateway-api-key; do
        [ -s "/etc/clawhatch/secrets/$name" ] || missing+=("/etc/clawhatch/secrets/$name")
    done
    [ ${#missing[@]} -gt 0 ] || start clawhatch
}

# ----------------------------------------------------------------------------------------------------------------------

[ $# -gt 0 ] || fail 'say what to set up: clawnode, clawhatch, or both.'
for what in "$@"; do
    case $what in clawnode | clawhatch) ;; *) fail "$what: say clawnode, clawhatch, or both." ;; esac
done
[ "$(id -u)" -eq 0 ] || fail 'run it as root.'
command -v apt-get >/dev/null || fail 'this is not Debian or Ubuntu; docs/operations.md says what it would do.'
[ -d /run/systemd/system ] || fail 'systemd does not run this host.'

checked=yes
missing=()
# The node first: its key is made there.
case " $* " in *' clawnode '*) clawnode ;; esac
case " $* " in *' clawhatch '*) clawhatch ;; esac

if [ ${#missing[@]} -gt 0 ]; then
    printf '\nclawhatch waits for these files, one secret in each, mode 0400; then run this again:\n'
    printf '  %s\n' "${missing[@]}"
fi
if [ "$checked" = no ]; then
    printf '\nclawnode was not started: mend what is bad above, then run this again.\n'
    exit 1
fi
