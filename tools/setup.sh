#!/usr/bin/env bash
# Installs what the project needs into .venv, and the Debian packages it leans on where it may.
set -euo pipefail
cd "$(dirname "$0")/.."

needed=()
has_lib() { ldconfig -p 2>/dev/null | grep -q "$1"; }
has_lib libpango-1.0.so.0 || needed+=(libpango-1.0-0)
has_lib libpangoft2-1.0.so.0 || needed+=(libpangoft2-1.0-0)
has_lib libharfbuzz-subset.so.0 || needed+=(libharfbuzz-subset0)
command -v chromium >/dev/null || needed+=(chromium)
command -v pdftotext >/dev/null || needed+=(poppler-utils)
command -v qpdf >/dev/null || needed+=(qpdf)
command -v zbarimg >/dev/null || needed+=(zbar-tools)
if ! command -v pg_ctl >/dev/null && ! ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then
  needed+=(postgresql)
fi
if [ "${#needed[@]}" -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing Debian packages: ${needed[*]} …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || true
    apt-get install -y -qq --no-install-recommends "${needed[@]}" >/tmp/lms-apt.log 2>&1 || {
      echo "Could not install them; the end of the log:"; tail -5 /tmp/lms-apt.log; exit 1; }
  else
    echo "These system packages are missing; install them and run this again:"
    echo "  apt-get install ${needed[*]}"
    exit 1
  fi
fi

echo "Installing Python packages into .venv …"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python - <<'PY' || { echo "Python 3.11.5 or later is needed (set PYTHON=)."; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11, 5))
PY
if [ ! -x .venv/bin/uv ]; then
  .venv/bin/python -m pip install -qq --disable-pip-version-check 'uv>=0.9,<1'
fi
export VIRTUAL_ENV="$PWD/.venv"
tools/packages.sh .venv/bin/python
.venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
touch .venv/installed
echo "Installed."
