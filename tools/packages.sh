#!/usr/bin/env bash
# Fills the environment of the given Python with the locked packages, byte-compiled: packages.sh .venv/bin/python
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/bin/uv}"
"$uv" pip install --quiet --require-hashes --python "$1" --requirement requirements-dev.txt
# On all cores, and not the tests that packages bring along: nobody ever imports them here. A file
# written for another Python does not compile, and does not have to.
packages="$("$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
"$1" -m compileall -qq -j 0 -x '/(tests?|_?testing|pip|mypyc|_vendor)/' "$packages" || true
