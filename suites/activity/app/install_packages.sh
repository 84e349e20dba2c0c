#!/bin/sh
# install_packages.sh PACKAGE…: installs Debian packages, also from a release on
# its way out. Such a release first loses packages of its security suite, then
# moves to the archive.
set -eu

install() {
  apt-get -q update \
    && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

# change_sources EXPRESSION: by sed, in every list of sources there is.
change_sources() {
  find /etc/apt -name '*.list' -type f -exec sed -i "$1" {} +
}

if ! install "$@"; then
  echo 'some packages are gone: trying without the security suite' >&2
  change_sources '/-security/d'
  if ! install "$@"; then
    echo 'the release left the mirror: trying the archive' >&2
    change_sources 's|//deb\.debian\.org/|//archive.debian.org/|'
    echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/archive
    install "$@"
  fi
fi
rm -rf /var/lib/apt/lists/*
