#!/usr/bin/env bash
# web3.py's own tests of its modules against anvil, for comparison: what fails there is told, and is no failure here.
#
#   tests/clients/web3py/beside_anvil.sh ANVIL ARTIFACTS
#
set -euo pipefail
anvil=$1 artifacts=$2
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${ZX_PYTHON:-${XDG_CACHE_HOME:-$HOME/.cache}/zexus/web3py/bin/python}
process= folder=$(mktemp -d)
trap '[[ -z $process ]] || kill "$process"; rm -rf "$folder"' EXIT
node lib/print-solidity.mjs >"$folder/contracts.json"
"$anvil" --port 0 >"$folder/log" 2>&1 &
process=$!
port=
for _ in $(seq 100); do
    port=$(sed -n 's/^Listening on .*:\([0-9]*\)$/\1/p' "$folder/log")
    [[ -n $port ]] && break
    kill -0 "$process" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done
[[ -n $port ]] || { echo 'anvil does not say where it listens' >&2; exit 1; }
status=0
ZX_RPC_URL=http://127.0.0.1:$port ZX_ARTIFACTS=$artifacts ZX_EVM_CONTRACTS=$folder/contracts.json \
    "$python" -B -m pytest -q --tb=no -p no:cacheprovider web3py/modules.py || status=$?
# pytest: 0 all passed, 1 some failed; anything else means that it did not run.
((status <= 1))
