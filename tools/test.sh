#!/usr/bin/env bash
# Runs every test; with DB=postgresql on a throw-away server that it starts and stops itself.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${DB:-sqlite}" = postgresql ]; then
  echo "Starting a PostgreSQL server for the tests …"
  eval "$(bash tools/postgres.sh start)"
  trap 'bash tools/postgres.sh stop "$LMS_PG_HOME"' EXIT
fi
echo "Running the tests on ${DB:-sqlite} …"
.venv/bin/python -m pytest -q -n 2 --dist loadgroup "$@"
