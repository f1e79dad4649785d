#!/bin/sh
# The virtual environment of this checkout: make-venv.sh PYTHON FOLDER
set -eu
python=$1 folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "ccd needs Python 3.11 or later; '$python' is $("$python" --version 2>&1). Try: make PY=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" != 0 ]; then
        echo "Python's venv module is missing. As root: apt-get install python3-venv" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
fi
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
echo "Installing ccd and what it needs into $folder (a minute the first time) ..."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
