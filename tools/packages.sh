#!/usr/bin/env bash
# Fills the environment of the given Python with the locked packages, byte-compiled: packages.sh .venv/bin/python
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/bin/uv}"
"$uv" pip install --quiet --require-hashes --python "$1" --requirement requirements-dev.txt
# On all cores, and neither the tests that packages bring along nor what is large and seldom or only
# partly imported: Python compiles that when it is first used. A file written for another Python does
# not compile, and does not have to.
packages="$("$1" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
seldom='fontTools|hypothesis|mirt|mypyc?|numpy|playwright|pygments|scipy|setuptools'
"$1" -m compileall -qq -j 0 -x "/(tests?|_?testing|pip|_vendor|$seldom)/" "$packages" || true
