#!/usr/bin/env bash
# Measures the product and prints the tables of docs/performance.md: the real program, a stand-in of the Bot API, SQLite,
# and a PostgreSQL of this run's own that puts on disk what it acknowledges. Takes some ten minutes; nothing else should
# run meanwhile.
#
#   scripts/bench.sh                      everything
#   scripts/bench.sh updates waits        these sections: updates waits neighbours fleet reconcile memory node
#   scripts/bench.sh --people 2000 ...    with fewer people, or fewer --claws
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

command -v cargo >/dev/null || fail 'cargo is not in PATH: install the Rust toolchain.'
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/clawhatch-bench.XXXXXXXX")

cargo bench --locked --bench numbers --no-run
start_postgres 'fsync = on'
cargo bench --locked --bench numbers -- --postgres "$CLAWHATCH_TEST_POSTGRES" "$@"
