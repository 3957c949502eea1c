#!/usr/bin/env bash
# Starts or stops a throw-away PostgreSQL server that listens on a socket in its own folder only.
set -euo pipefail

binaries() {
  if command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ]; then
    pg_config --bindir
  else
    dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -1)"
  fi
}
# PostgreSQL refuses to run as root: its own account does it then.
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }

case "$1" in
  start)
    home=$(mktemp -d /tmp/lms-postgres.XXXXXX)
    [ "$(id -u)" = 0 ] && chown postgres "$home"
    bin=$(binaries)
    # What is thrown away needs no flushes and no tidying up; what measures durable saves does:
    # `start durable`.
    hasty="-F -c full_page_writes=off -c autovacuum=off -c checkpoint_timeout=1h"
    flushes=$([ "${2:-}" = durable ] || echo "$hasty")
    cd /
    as_owner "$bin/initdb" -A trust --no-sync -E UTF8 --locale=C.UTF-8 -U lms -D "$home/data" >/dev/null
    as_owner "$bin/pg_ctl" -w -D "$home/data" -l "$home/log" \
      -o "-c listen_addresses='' -k $home -c max_connections=200 $flushes" start >/dev/null
    echo "export LMS_PG_HOME=$home LMS_TEST_DB='postgresql+psycopg://lms@/postgres?host=$home'"
    ;;
  stop)
    cd /
    as_owner "$(binaries)/pg_ctl" -m immediate -D "$2/data" stop >/dev/null
    rm -rf "$2"
    ;;
esac
