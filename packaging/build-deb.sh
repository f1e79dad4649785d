#!/bin/sh
# Builds dist/ccd_VERSION_ARCH.deb for this machine's Debian or Ubuntu: ccd and all it needs in /usr/lib/ccd, a
# virtual environment of the distribution's own Python, which the package depends on in this minor version.
#
#   build-deb.sh [VERSION]      default: the version in pyproject.toml
#
# Needs dpkg-deb, espeak-ng and a pip (that of .venv, which `make setup` makes); no root. CCD_DEB_DIR: where to put it,
# CCD_DEB_COMPRESSION: as dpkg-deb's -Z, none is quickest.
set -eu
umask 022
cd "$(dirname "$0")/.."

python=/usr/bin/python3
pip=.venv/bin/pip
home=/usr/lib/ccd

fail() { echo "build-deb.sh: $*" >&2; exit 1; }
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing: this is no Debian or Ubuntu"
if ! "$python" -c 'import venv' 2>/dev/null; then
    [ "$(id -u)" = 0 ] || fail "the distribution's own Python is missing. As root: apt-get install python3"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "the distribution's Python is $("$python" --version 2>&1); ccd needs 3.11: Debian 12, Ubuntu 24.04 or later"
[ -x "$pip" ] || make --no-print-directory setup

minor=$("$python" -c 'import sys; print(sys.version_info.minor)')
version=${1:-$("$python" -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')}
arch=$(dpkg --print-architecture)
# Files carry the date of the last change, so that the same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

mkdir -p build "${CCD_DEB_DIR:-dist}"
work=$(mktemp -d build/deb.XXXXXX)
trap 'rm -rf "$work"' EXIT
stage=$(pwd)/$work/stage
venv=$stage$home
mkdir -p "$stage/DEBIAN"

echo "ccd $version for Python 3.$minor on $arch: installing into $home ..."
"$python" -m venv --without-pip --symlinks "$venv"
mkdir "$work/src"
tar -c --exclude=__pycache__ pyproject.toml README.md ccd | tar -x -C "$work/src"
"$pip" --python "$venv/bin/python3" install --quiet --disable-pip-version-check --no-compile --no-warn-script-location \
    -c constraints.txt "$work/src"

# What belongs to the place of building, and what nobody calls.
find "$venv/bin" -mindepth 1 ! -name ccd ! -name 'python*' -delete
sed -i "1s|.*|#!$home/bin/python3|" "$venv/bin/ccd"
sed -i '/^command = /d' "$venv/pyvenv.cfg"
find "$venv" -name direct_url.json -delete
rm -rf "$venv/include" "$venv/share"
"$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$stage" -p / "$venv/lib"
if grep -rlF "$stage" "$venv" >&2; then fail "these files name the folder they were built in"; fi

put() { install -D -m "$1" "$2" "$stage$3"; }
put 0755 packaging/ccd /usr/bin/ccd
put 0644 config/ccd.toml /etc/ccd/ccd.toml
sed -i 's|^state_dir = ""|state_dir = "/var/lib/ccd"|' "$stage/etc/ccd/ccd.toml"
grep -q '^state_dir = "/var/lib/ccd"' "$stage/etc/ccd/ccd.toml" || fail "config/ccd.toml has no state_dir to set"
for unit in ccd.service ccd-drill.service ccd-drill.timer; do put 0644 "systemd/$unit" "/usr/lib/systemd/system/$unit"; done
put 0644 systemd/ccd.sysusers /usr/lib/sysusers.d/ccd.conf
put 0644 systemd/ccd.tmpfiles /usr/lib/tmpfiles.d/ccd.conf
(cd config && find asterisk prometheus grafana forms -type f) | while read -r file; do put 0644 "config/$file" "/usr/share/ccd/$file"; done
"$python" packaging/make_prompts.py "$stage/usr/share/ccd/sounds"
put 0644 packaging/prompts.toml /usr/share/ccd/prompts.toml
put 0644 config/roster.csv /usr/share/ccd/roster.csv
for file in README.md docs/*.md; do put 0644 "$file" "/usr/share/doc/ccd/$(basename "$file")"; done
for file in docs/runbooks/*.md; do put 0644 "$file" "/usr/share/doc/ccd/runbooks/$(basename "$file")"; done
put 0644 packaging/copyright /usr/share/doc/ccd/copyright

for script in postinst prerm postrm; do install -m 0755 "packaging/$script" "$stage/DEBIAN/$script"; done
echo /etc/ccd/ccd.toml > "$stage/DEBIAN/conffiles"
cat > "$stage/DEBIAN/control" <<CONTROL
Package: ccd
Version: $version
Architecture: $arch
Maintainer: ${CCD_MAINTAINER:-ccd <root@localhost>}
Installed-Size: $(du -sk --apparent-size "$stage" | cut -f1)
Depends: python3 (>= 3.$minor), python3 (<< 3.$((minor + 1))), libc6 (>= 2.28), adduser, init-system-helpers
Recommends: systemd
Suggests: asterisk (>= 1:16), postgresql
Section: comm
Priority: optional
Description: call-centre daemon for Asterisk
 Sits beside an Asterisk PBX and follows every agent and call: states, queues,
 shifts, recordings. It keeps what it sees in a store of its own and changes
 nothing on the PBX that it was not told to.
CONTROL
(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum) > "$stage/DEBIAN/md5sums"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

file=${CCD_DEB_DIR:-dist}/ccd_${version}_$arch.deb
dpkg-deb --root-owner-group "-Z${CCD_DEB_COMPRESSION:-xz}" --build "$stage" "$file" >/dev/null
echo "$file: $(du -h "$file" | cut -f1), install it with: apt install $(realpath "$file")"
