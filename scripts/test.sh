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

# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

# Runs a step, between a line that names it and a line that says how long it took.
step() {
    local name=$1 began=$SECONDS
    shift
    printf -- '--> %s\n' "$name"
    "$@"
    printf -- '    %s: %d s\n' "$name" "$((SECONDS - began))"
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
    local program
    for program in clawhatch clawnode; do
        cp -- "${CARGO_TARGET_DIR:-$root/target}/debug/$program" "$work/$program-chaos"
        chmod 0755 -- "$work/$program-chaos"
    done
    export CLAWHATCH_TEST_CHAOS="$work/clawhatch-chaos" CLAWHATCH_TEST_CHAOS_NODE="$work/clawnode-chaos"
}

# --- The real OpenClaw ------------------------------------------------------------------------------------------------

has_npm() {
    command -v npm >/dev/null
}

# Installs it where it is not yet, and lives with it. The installation is kept between runs; CLAWHATCH_TEST_OPENCLAW puts
# it elsewhere, for several checkouts on one machine.
live_with_openclaw() {
    if ! has_npm; then
        install_packages npm || true
        has_npm || fail "npm is not on this machine and could not be installed: install it (Debian: apt-get install npm) and run this again."
    fi
    cargo test --locked --test openclaw -- --nocapture --test-threads 1
}

# --- clawnode on a host -----------------------------------------------------------------------------------------------

# Under a systemd of its own, which takes root for its namespaces, and a machine that gives them.
live_under_systemd() {
    local -a become=()
    if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        become=(sudo -n)
    fi
    cargo build --locked --bins
    local code=0
    "${become[@]}" env PROGRAMS="${CARGO_TARGET_DIR:-$root/target}/debug" scripts/systemd.sh || code=$?
    # It has said why.
    [ "$code" -ne 69 ] || return 0
    return "$code"
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
# It lives as long as this run, so it may forget everything when the machine stops.
step 'a throw-away PostgreSQL' start_postgres 'fsync = off' 'full_page_writes = off'
step 'Python for the outside tests' prepare_python
step 'the ground floor alone' cargo check --lib --no-default-features --locked
step 'lints' cargo clippy --all-targets --locked -- -D warnings
step 'lints, of what meets the real OpenClaw' cargo clippy --test openclaw --locked -- -D warnings
step 'lints, with the crash points' cargo clippy --locked --features chaos -- -D warnings
step 'what deploy/ holds' scripts/deploy.sh
step 'the program with its crash points' build_chaos
step 'claws under systemd' live_under_systemd
step 'the real OpenClaw' live_with_openclaw
# The last step, so that its summary stands at the end. One failing test binary does not hide the others.
step 'tests' cargo test --locked --no-fail-fast
