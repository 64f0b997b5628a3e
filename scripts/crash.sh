#!/usr/bin/env bash
# Kills the program before every single chunk of bytes that crosses one of its sockets, on every walk and both databases,
# and at each of its named points every time it gets there, and looks whether it mends everything by itself. It takes an
# hour or two; scripts/test.sh does the part that is done before every merge.
set -euo pipefail

export CLAWHATCH_TEST_KILLS=all
exec "$(dirname -- "${BASH_SOURCE[0]}")/test.sh" kills
