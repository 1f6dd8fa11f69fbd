#!/usr/bin/env bash
# Finds redis-server, or unpacks Debian's package under .tools/ (nothing is installed, no service is started).
# The tests run against a private server of their own; without one they cannot say anything about Redis.
set -euo pipefail
cd "$(dirname "$0")/.."

if PATH="$PWD/.tools/bin:$PATH" command -v redis-server >/dev/null; then exit 0; fi

unpack() {
  local root="$PWD/.tools/redis" packages
  mkdir -p "$root/deb" .tools/bin
  if [ "$(id -u)" = 0 ] && ! apt-cache show redis-server >/dev/null 2>&1; then apt-get update -qq; fi
  packages=$(apt-get --simulate --no-install-recommends install redis-server | awk '$1 == "Inst" { print $2 }')
  # shellcheck disable=SC2086 -- one word per package
  (cd "$root/deb" && apt-get download -qq $packages)
  for deb in "$root"/deb/*.deb; do dpkg -x "$deb" "$root"; done
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%s\nexec %s "$@"\n' \
    "$root/usr/lib/$(uname -m)-linux-gnu" "$root/usr/bin/redis-server" >.tools/bin/redis-server
  chmod +x .tools/bin/redis-server
  .tools/bin/redis-server --version
}

echo 'redis-server is not installed: unpacking it from Debian under .tools/' >&2
if command -v apt-get >/dev/null && unpack >&2; then exit 0; fi

cat >&2 <<'LOUD'

  ┌──────────────────────────────────────────────────────────────────────────┐
  │  NO redis-server: everything about Redis is left UNTESTED by this run.   │
  │  On Debian or Ubuntu:                                                    │
  │      apt-get install --no-install-recommends redis-server                │
  └──────────────────────────────────────────────────────────────────────────┘

LOUD
