#!/usr/bin/env bash
# Installs what building, testing and the demo need, and nothing that is there already.
#
#   scripts/setup.sh [build] [contracts] [test] [lint] [anvil] [peers]     default: the first three
#
#   build      compiler and libclang for RocksDB's bindings
#   contracts  a Rust toolchain for wasm32v1-none
#   test       node and npm, Python, and the packages of tests/clients and tests/solidity
#   lint       rustfmt and clippy
#   anvil      the node that ours is measured beside
#   peers      anvil, what contracts need, and the sources of Rust's standard library
#
# Installs with apt-get when it may (root, or sudo without a password). Where it may not, or with ZX_SETUP=print, it
# prints the commands to run and exits with 1; with 0 if nothing is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# --- How things get installed ------------------------------------------------------------------------------------

sudo=()
may_install=yes
if [[ ${ZX_SETUP:-} == print ]] || ! has apt-get; then
    may_install=no
elif [[ $(id -u) != 0 ]]; then
    if has sudo && sudo -n true 2>/dev/null; then sudo=(sudo -n); else may_install=no; fi
fi

missing=() # Commands that somebody else has to run.
updated=no

# apt_install WHY PACKAGE...
apt_install() {
    local why=$1
    shift
    if [[ $may_install == no ]]; then
        local as_root=
        [[ $(id -u) == 0 ]] || as_root='sudo '
        missing+=("${as_root}apt-get install -y --no-install-recommends $*    # $why")
        return
    fi
    say "installing $* ($why)"
    if [[ $updated == no ]]; then
        quietly "${sudo[@]}" apt-get update -qq
        updated=yes
    fi
    quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# Shows what a command printed only if it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        say "failed: $*" >&2
        exit 1
    fi
    rm -f "$log"
}

# --- What is needed ----------------------------------------------------------------------------------------------

has_libclang() {
    local folder
    for folder in "${LIBCLANG_PATH:-}" /usr/lib/llvm-*/lib /usr/lib/*-linux-gnu /usr/lib /usr/lib64 /usr/local/lib; do
        compgen -G "$folder/libclang*.so*" >/dev/null && return
    done
    return 1
}

# The oldest Rust that the manifest allows.
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

need_rust() {
    local have
    if have=$(rustc --version 2>/dev/null); then
        have=$(cut -d' ' -f2 <<<"$have")
        [[ $(printf '%s\n' "$rust_wanted" "$have" | sort -V | head -n 1) == "$rust_wanted" ]] && return
        missing+=("rustup update stable    # Rust $rust_wanted or later; this is $have")
    elif has rustup; then
        missing+=("rustup default stable    # Rust $rust_wanted or later")
    else
        missing+=("curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh    # Rust $rust_wanted or later")
    fi
}

need_build() {
    need_rust
    local packages=()
    has cc && has c++ && has make || packages+=(build-essential)
    has clang && has_libclang || packages+=(clang libclang-dev)
    [[ ${#packages[@]} == 0 ]] || apt_install "RocksDB and its bindings" "${packages[@]}"
}

has_wasm_target() {
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) && [[ -d $sysroot/lib/rustlib/wasm32v1-none/lib ]]
}

# Debian's own compiler for WebAssembly: it brings the sources of core and alloc instead of a built target.
has_debian_wasm() {
    local sysroot
    has lld || has rust-lld || has wasm-ld || return 1
    [[ -x /usr/bin/rustc && -x /usr/bin/cargo ]] || return 1
    /usr/bin/rustc --print target-list | grep -qx wasm32v1-none || return 1
    sysroot=$(/usr/bin/rustc --print sysroot 2>/dev/null) && [[ -d $sysroot/lib/rustlib/src/rust/library ]]
}

need_contracts() {
    has_wasm_target || has_debian_wasm && return
    if [[ ${ZX_SETUP:-} == print ]]; then
        missing+=("rustup target add wasm32v1-none    # contracts")
        return
    fi
    if has rustup; then
        say "adding the Rust target wasm32v1-none"
        if rustup -q target add wasm32v1-none >/dev/null 2>&1 </dev/null && has_wasm_target; then return; fi
        say "rustup cannot provide it; taking Debian's compiler for WebAssembly"
    fi
    apt_install "contracts, where rustup has no wasm32v1-none" rustc-web cargo-web rust-web-src lld
}

has_node() {
    has node && has npm && [[ $(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0) -ge 18 ]]
}

need_node() {
    has_node && return
    if has node && has npm; then
        missing+=("# node $(node --version) is too old, 18 or newer is needed: https://nodejs.org/en/download")
        return
    fi
    apt_install "ethers and viem" nodejs npm
    if [[ $may_install == yes ]] && ! has_node; then
        missing+=("# this system's node is too old, 18 or newer is needed: https://nodejs.org/en/download")
    fi
}

# npm_packages FOLDER WHAT. The stamp is the lock file that was installed last: npm runs again only when it has changed.
npm_packages() {
    local folder=$1
    local stamp=$folder/node_modules/.zx-installed
    cmp -s "$folder/package-lock.json" "$stamp" && return
    if [[ ${ZX_SETUP:-} == print ]] || ! has_node; then
        missing+=("npm ci --prefix $folder    # $2")
        return
    fi
    say "installing the npm packages of $folder"
    quietly npm ci --prefix "$folder" --no-audit --no-fund
    cp "$folder/package-lock.json" "$stamp"
}

# Hardhat's native code is locked for one platform. Its package names a newer node than it needs for what is tested here:
# npm leaves it out as an optional dependency, so that tests/clients/hardhat names it itself.
need_npm_packages() {
    npm_packages tests/clients "ethers, viem, solc"
    npm_packages tests/solidity "OpenZeppelin, Uniswap, solc"
    [[ $(uname -sm) != "Linux x86_64" ]] || npm_packages tests/clients/hardhat Hardhat
}

# Outside the checkout, as the target folder of CI is. The stamp is the list that was installed last.
need_python_packages() {
    local list=tests/clients/web3py/requirements.txt
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/zexus/web3py
    cmp -s "$list" "$folder/.zx-installed" && return
    if [[ -n ${ZX_PYTHON:-} ]] && "$ZX_PYTHON" -c 'import web3' >/dev/null 2>&1; then return; fi
    if ! has python3 || ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        apt_install "web3.py" python3 python3-venv
    fi
    if [[ ${ZX_SETUP:-} == print ]] || ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        missing+=("python3 -m venv $folder && $folder/bin/pip install -r $list    # web3.py")
        return
    fi
    say "installing the Python packages of $list"
    mkdir -p "$(dirname "$folder")"
    quietly python3 -m venv --clear "$folder"
    quietly "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$folder/.zx-installed"
}

need_anvil() {
    need_node
    npm_packages benches/peers/anvil anvil
}

need_test() {
    need_node
    need_npm_packages
    need_python_packages
}

need_lint() {
    cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
    if [[ ${ZX_SETUP:-} == print ]] || ! has rustup; then
        missing+=("rustup component add rustfmt clippy    # make lint")
        return
    fi
    say "adding rustfmt and clippy"
    quietly rustup -q component add rustfmt clippy
}

has_rust_sources() {
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) && [[ -d $sysroot/lib/rustlib/src/rust/library/std ]]
}

# CosmWasm's contracts use std, which is compiled along: benches/peers/src/build.rs says why.
need_peers() {
    need_anvil
    need_rust
    need_contracts
    has_rust_sources && return
    if [[ ${ZX_SETUP:-} == print ]] || ! has rustup; then
        missing+=("rustup component add rust-src    # make bench-peers")
        return
    fi
    say "adding the sources of Rust's standard library"
    quietly rustup -q component add rust-src
}

# --- Do it -------------------------------------------------------------------------------------------------------

for piece in "${@:-all}"; do
    case $piece in
        build | contracts | test | lint | anvil | peers) "need_$piece" ;;
        all)
            need_build
            need_contracts
            need_test
            ;;
        *)
            say "unknown piece: $piece (build, contracts, test, lint, anvil, peers)" >&2
            exit 2
            ;;
    esac
done

if [[ ${#missing[@]} != 0 ]]; then
    say "missing, and not for this script to install; run:"
    printf '  %s\n' "${missing[@]}"
    exit 1
fi
