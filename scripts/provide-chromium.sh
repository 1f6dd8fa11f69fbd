#!/usr/bin/env bash
# Finds Chromium, or installs Debian's package where that is allowed (root with apt-get, as in CI).
# The tests drive a real browser; without one they cannot say anything about the pages.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done

install() {
  if ! apt-cache show chromium >/dev/null 2>&1; then apt-get update -qq; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'chromium is not installed: installing it from Debian' >&2
  if install >&2; then exit 0; fi
fi

cat >&2 <<'LOUD'

  ┌──────────────────────────────────────────────────────────────────────────┐
  │  NO chromium: the pages are left UNTESTED in a browser by this run.      │
  │  On Debian or Ubuntu:                                                    │
  │      apt-get install --no-install-recommends chromium fonts-liberation   │
  └──────────────────────────────────────────────────────────────────────────┘

LOUD
