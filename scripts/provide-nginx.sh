#!/usr/bin/env bash
# Finds nginx, or unpacks Debian's package under .tools/ (nothing is installed, no service is started).
# The tests fetch policy bundles from a private server of their own; without one that is left untested.
set -euo pipefail
cd "$(dirname "$0")/.."

if PATH="$PWD/.tools/bin:$PATH:/usr/sbin" command -v nginx >/dev/null; then exit 0; fi

unpack() {
  local root="$PWD/.tools/nginx" packages
  mkdir -p "$root/deb" .tools/bin
  if [ "$(id -u)" = 0 ] && ! apt-cache show nginx >/dev/null 2>&1; then apt-get update -qq; fi
  packages=$(apt-get --simulate --no-install-recommends install nginx | awk '$1 == "Inst" { print $2 }')
  # shellcheck disable=SC2086 -- one word per package
  (cd "$root/deb" && apt-get download -qq $packages)
  for deb in "$root"/deb/*.deb; do dpkg -x "$deb" "$root"; done
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%s\nexec %s "$@"\n' \
    "$root/usr/lib/$(uname -m)-linux-gnu" "$root/usr/sbin/nginx" >.tools/bin/nginx
  chmod +x .tools/bin/nginx
  .tools/bin/nginx -v
}

echo 'nginx is not installed: unpacking it from Debian under .tools/' >&2
if command -v apt-get >/dev/null && unpack >&2; then exit 0; fi

cat >&2 <<'LOUD'

  ┌──────────────────────────────────────────────────────────────────────────┐
  │  NO nginx: fetching policy bundles over HTTPS is left UNTESTED.          │
  │  On Debian or Ubuntu:                                                    │
  │      apt-get install --no-install-recommends nginx                       │
  └──────────────────────────────────────────────────────────────────────────┘

LOUD
