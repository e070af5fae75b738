#!/bin/sh
# Debian's Chromium, for the end-to-end tests. Fails with what to do where it cannot be installed.
set -u

fail() {
    echo "The end-to-end tests need Chromium: $1." >&2
    echo "Install it (on Debian: apt-get install chromium), or set CHROMIUM to the path of one." >&2
    exit 1
}

as_root=""
if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "it is not on PATH and only root can install it"
    as_root="sudo -n"
fi
command -v apt-get >/dev/null || fail "it is not on PATH and there is no apt-get"

echo "installing Chromium for the end-to-end tests" >&2
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null || fail "apt-get update failed"
$as_root apt-get install -y -qq chromium >/dev/null || fail "apt-get install chromium failed"
