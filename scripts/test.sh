#!/usr/bin/env bash
# Everything that must hold before a change is merged, in one command, on a bare machine: the Rust toolchain and a C
# compiler are enough. PostgreSQL and Python are taken from the machine, or installed with apt-get.
#
#   scripts/test.sh          the whole of it
#   scripts/test.sh quick    formatting, lints and the library's own tests, for the inner loop
#   scripts/test.sh kills    only the tests that kill the program (scripts/crash.sh has them leave nothing out)
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"

work=''        # this run's own folder: the cluster and the logs of quiet commands
pg_bin=''      # where initdb and pg_ctl are
pg_user=''     # who runs the cluster, when we are root
pg_running=no

fail() {
    printf 'scripts/test.sh: %s\n' "$*" >&2
    exit 1
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM HUP
    if [ "$pg_running" = yes ]; then
        as_pg_user "$pg_bin/pg_ctl" stop -D "$work/cluster" -m immediate -w >/dev/null 2>&1 || true
    fi
    if [ -n "$work" ]; then
        rm -rf -- "$work"
    fi
    exit "$status"
}

# Runs a step, between a line that names it and a line that says how long it took.
step() {
    local name=$1 began=$SECONDS
    shift
    printf -- '--> %s\n' "$name"
    "$@"
    printf -- '    %s: %d s\n' "$name" "$((SECONDS - began))"
}

# Runs a command silently; shows what it said only when it fails.
quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat -- "$work/log" >&2
        return 1
    fi
}

# Installs Debian packages, or says that it cannot.
install_packages() {
    local -a become=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        become=(sudo -n)
    fi
    printf '    installing %s\n' "$*"
    local -a apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
    local -a install=("${apt[@]}" install -y -q --no-install-recommends "$@")
    "${install[@]}" >"$work/log" 2>&1 && return
    # The lists of packages may be missing or old.
    quietly "${apt[@]}" update -q && quietly "${install[@]}"
}

# --- PostgreSQL -------------------------------------------------------------------------------------------------------

has_postgres() {
    [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ] && [ -x "$1/postgres" ]
}

find_postgres() {
    local dir
    local -a places=()
    if dir=$(command -v initdb); then
        places+=("$(dirname -- "$(readlink -f -- "$dir")")")
    fi
    if command -v pg_config >/dev/null && dir=$(pg_config --bindir 2>/dev/null); then
        places+=("$dir")
    fi
    # The newest version first.
    while IFS= read -r dir; do
        places+=("$dir")
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV)
    for dir in "${places[@]}"; do
        if has_postgres "$dir"; then
            pg_bin=$dir
            return
        fi
    done
    return 1
}

# initdb and postgres refuse to work for root.
as_pg_user() {
    if [ -z "$pg_user" ]; then
        (cd -- "$work" && exec "$@")
    elif command -v runuser >/dev/null; then
        (cd -- "$work" && exec runuser -u "$pg_user" -- "$@")
    else
        (cd -- "$work" && exec setpriv --reuid="$pg_user" --regid="$(id -g "$pg_user")" --clear-groups -- "$@")
    fi
}

port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

start_postgres() {
    if ! find_postgres; then
        install_packages postgresql || true
        find_postgres || fail "PostgreSQL is not on this machine and could not be installed: install it (Debian: apt-get install postgresql) and run this again."
    fi
    if [ "$(id -u)" -eq 0 ]; then
        pg_user=nobody
        if id postgres >/dev/null 2>&1; then
            pg_user=postgres
        fi
        chmod 0711 -- "$work"
    fi
    mkdir -- "$work/cluster"
    chmod 0700 -- "$work/cluster"
    local password
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$work/password")
    if [ -n "$pg_user" ]; then
        chown -- "$pg_user" "$work/cluster" "$work/password"
        as_pg_user test -w cluster || fail "the user $pg_user cannot write in $work: set TMPDIR to a folder that everybody may enter."
    fi
    quietly as_pg_user "$pg_bin/initdb" -D "$work/cluster" -U postgres --pwfile="$work/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C --no-sync || fail "the throw-away PostgreSQL cluster could not be made (what initdb said stands above)."
    rm -f -- "$work/password"
    # The cluster lives as long as this run, so it may forget everything when the machine stops.
    cat >>"$work/cluster/postgresql.conf" <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
full_page_writes = off
CONF
    # Another run may take a port between our look and our start: then the next one is tried.
    local port tries
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        port=$((15000 + RANDOM % 17000))
        if port_is_taken "$port"; then
            continue
        fi
        pg_running=yes
        if as_pg_user "$pg_bin/pg_ctl" start -D "$work/cluster" -w -t 60 -s -l "$work/cluster/log" -o "-p $port" >/dev/null 2>&1; then
            export CLAWHATCH_TEST_POSTGRES="postgres://postgres:$password@127.0.0.1:$port/postgres"
            printf '    %s on port %s\n' "$("$pg_bin/postgres" --version)" "$port"
            return
        fi
        pg_running=no
    done
    cat -- "$work/cluster/log" >&2 || true
    fail "the throw-away PostgreSQL did not start, in $tries tries (its log stands above)."
}

# --- Python, for the tests that look at the product from outside ------------------------------------------------------

has_python() {
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1
}

prepare_python() {
    local wanted=$root/tests/outside/requirements.txt folder=$root/target/outside-venv key
    if ! has_python; then
        install_packages python3 python3-venv || true
        has_python || fail "Python 3 with venv is not on this machine and could not be installed: install it (Debian: apt-get install python3 python3-venv) and run this again."
    fi
    [ -f "$wanted" ] || fail "tests/outside/requirements.txt is missing."
    key=$(python3 --version && cksum <"$wanted")
    mkdir -p -- "$root/target"
    # Two runs in one checkout share the folder: the second waits until the first has filled it.
    if command -v flock >/dev/null; then
        exec 9>"$folder.lock"
        flock 9
    fi
    if [ "$(cat -- "$folder/made-for" 2>/dev/null)" != "$key" ] || ! "$folder/bin/python" -c '' 2>/dev/null; then
        rm -rf -- "$folder"
        quietly python3 -m venv "$folder" || fail "the Python environment could not be made (see above)."
        quietly "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$wanted" ||
            fail "the packages of tests/outside/requirements.txt could not be installed (see above)."
        printf '%s\n' "$key" >"$folder/made-for"
    fi
    exec 9>&-
    export CLAWHATCH_TEST_PYTHON="$folder/bin/python"
}

# --- The program with its crash points --------------------------------------------------------------------------------

# Built apart and put aside, so that all other tests are of the program as it ships.
build_chaos() {
    cargo build --locked --features chaos
    cp -- "${CARGO_TARGET_DIR:-$root/target}/debug/clawhatch" "$work/clawhatch-chaos"
    chmod 0755 -- "$work/clawhatch-chaos"
    export CLAWHATCH_TEST_CHAOS="$work/clawhatch-chaos"
}

# --- What the tree of crates may hold ---------------------------------------------------------------------------------

check_tree() {
    local tree crate
    tree=$(cargo tree --locked --all-features --target all -e normal,build,dev --prefix none --format '{p}')
    for crate in openssl openssl-sys native-tls aws-lc-rs aws-lc-sys; do
        if grep -q "^$crate v" <<<"$tree"; then
            cargo tree --locked --all-features --target all -e normal,build,dev -i "$crate" >&2 || true
            fail "the crate $crate has come into the tree: TLS is rustls with ring, and nothing else."
        fi
    done
    for crate in sqlx-core libsqlite3-sys; do
        if [ "$(grep "^$crate v" <<<"$tree" | cut -d' ' -f1,2 | sort -u | wc -l)" -ne 1 ]; then
            grep "^$crate v" <<<"$tree" | sort -u >&2 || true
            fail "the tree must hold exactly one $crate: a second one brings another SQLite."
        fi
    done
}

check_deny() {
    if command -v cargo-deny >/dev/null; then
        cargo deny --all-features check bans licenses sources
    else
        echo '    not run: cargo-deny is not installed (cargo install --locked cargo-deny)'
    fi
}

# ----------------------------------------------------------------------------------------------------------------------

mode=${1:-all}
case $mode in
    all | quick | kills) [ $# -le 1 ] || fail 'usage: scripts/test.sh [quick|kills]' ;;
    *) fail 'usage: scripts/test.sh [quick|kills]' ;;
esac
command -v cargo >/dev/null || fail 'cargo is not in PATH: install the Rust toolchain.'
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || fail 'there is no C compiler in PATH: install one (Debian: apt-get install gcc libc6-dev).'

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/clawhatch-test.XXXXXXXX")

if [ "$mode" = kills ]; then
    step 'a throw-away PostgreSQL' start_postgres
    step 'the program with its crash points' build_chaos
    step 'kills' cargo test --locked --test it kills:: -- --nocapture --test-threads 1
    exit
fi
step 'formatting' cargo fmt --all --check
if [ "$mode" = quick ]; then
    step 'lints' cargo clippy --all-targets --locked -- -D warnings
    step 'library tests' cargo test --lib --locked
    exit
fi
step 'the tree of crates' check_tree
step 'licences, bans and sources' check_deny
step 'a throw-away PostgreSQL' start_postgres
step 'Python for the outside tests' prepare_python
step 'the ground floor alone' cargo check --lib --no-default-features --locked
step 'lints' cargo clippy --all-targets --locked -- -D warnings
step 'lints, with the crash points' cargo clippy --locked --features chaos -- -D warnings
step 'the program with its crash points' build_chaos
# The last step, so that its summary stands at the end. One failing test binary does not hide the others.
step 'tests' cargo test --locked --no-fail-fast
