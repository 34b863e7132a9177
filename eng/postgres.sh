#!/usr/bin/env bash
# A PostgreSQL server for tests and benchmarks, of the machine's own package (Debian: postgresql), in a folder of its own, on loopback, on a free port.
#   eng/postgres.sh start FOLDER [PID]   makes FOLDER and starts a server there; prints one line, its connection string. When the process PID ends, so does the server.
#   eng/postgres.sh stop FOLDER          ends the server and removes FOLDER
#   eng/postgres.sh run COMMAND…         starts a server, runs the command with INFERENCE_POSTGRES set, and ends the server
# Ends with 3 if PostgreSQL is not installed. As root, the server runs as the user postgres.
set -u

bin=""
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")"; do
  if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then bin=$folder; break; fi
done
[ -n "$bin" ] || { echo "postgres: not installed (Debian: postgresql)" >&2; exit 3; }

as_server() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  local folder=$1 password port attempt
  mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || return 1
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$password" > "$folder/password"
  chmod 600 "$folder/password"
  chmod 711 "$folder"
  mkdir -p "$folder/socket"
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || { echo "postgres: expected a user postgres" >&2; return 1; }
    chown -R postgres: "$folder"
  fi
  as_server "$bin/initdb" -D "$folder/data" -U inference --auth=scram-sha-256 --pwfile="$folder/password" --encoding=UTF8 --locale=C >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; return 1; }
  for attempt in 1 2 3 4 5; do
    # Free at this moment; another process may take it first, then the next one is tried.
    port=$((20000 + ($(od -An -N2 -tu2 /dev/urandom) % 30000)))
    if as_server "$bin/pg_ctl" -D "$folder/data" -w -t 30 -l "$folder/server.log" -o "-c listen_addresses=127.0.0.1 -p $port -c unix_socket_directories=$folder/socket" start >/dev/null 2>&1; then
      echo "Host=127.0.0.1;Port=$port;Username=inference;Password=$password;Database=postgres"
      return 0
    fi
  done
  cat "$folder/server.log" >&2
  return 1
}

stop() {
  as_server "$bin/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1
  rm -rf "$1"
}

case "${1:-}" in
  start)
    [ $# = 2 ] || [ $# = 3 ] || { echo "usage: postgres.sh start FOLDER [PID]" >&2; exit 64; }
    start "$2" || exit 1
    [ $# = 2 ] || setsid bash -c "while kill -0 $3 2>/dev/null; do sleep 1; done; exec bash '$0' stop '$2'" </dev/null >/dev/null 2>&1 &
    ;;
  stop) [ $# = 2 ] || { echo "usage: postgres.sh stop FOLDER" >&2; exit 64; }; stop "$2" ;;
  run)
    shift
    folder=$(mktemp -d)
    trap 'stop "$folder"' EXIT
    INFERENCE_POSTGRES=$(start "$folder") || exit 1
    export INFERENCE_POSTGRES
    "$@"
    ;;
  *) echo "usage: postgres.sh start FOLDER [PID] | stop FOLDER | run COMMAND…" >&2; exit 64 ;;
esac
