#!/usr/bin/env bash
# A Redis server for tests and benchmarks, of the machine's own package (Debian: redis-server), in a folder of its own, on loopback, on a free port. It keeps its data in an append-only file that is written to disk before each reply.
#   eng/redis.sh start FOLDER [PID]   makes FOLDER and starts a server there; prints one line, its configuration. When the process PID ends, so does the server.
#   eng/redis.sh stop FOLDER          ends the server and removes FOLDER
#   eng/redis.sh run COMMAND…         starts a server, runs the command with INFERENCE_REDIS set, and ends the server
# Ends with 3 if Redis is not installed.
set -u

command -v redis-server >/dev/null || { echo "redis: not installed (Debian: redis-server)" >&2; exit 3; }

# One that nobody has waited for is still known, and has ended.
runs() { kill -0 "$1" 2>/dev/null && [ "$(ps -o stat= -p "$1" | cut -c1)" != Z ]; }

start() {
  local folder=$1 port attempt
  mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || return 1
  for attempt in 1 2 3 4 5; do
    # Free at this moment; another process may take it first, then the server ends and the next one is tried.
    port=$((20000 + ($(od -An -N2 -tu2 /dev/urandom) % 30000)))
    # In a session of its own: what interrupts this script leaves the server to those who still write to it.
    setsid redis-server --bind 127.0.0.1 --port "$port" --dir "$folder" --save "" --appendonly yes --appendfsync always --logfile "$folder/server.log" </dev/null >/dev/null 2>&1 &
    echo $! > "$folder/pid"
    for _ in $(seq 100); do
      runs "$!" || break
      [ "$(redis-cli -p "$port" info server 2>/dev/null | tr -d '\r' | sed -n 's/^process_id://p')" != "$!" ] || { echo "127.0.0.1:$port"; return 0; }
      sleep 0.1
    done
    kill -9 "$!" 2>/dev/null
  done
  cat "$folder/server.log" >&2
  return 1
}

# The folder is removed only when the server has ended: until then it writes there.
stop() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null
  for _ in $(seq 100); do runs "$pid" || break; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
  while runs "$pid"; do sleep 0.1; done
  rm -rf "$1"
}

case "${1:-}" in
  start)
    [ $# = 2 ] || [ $# = 3 ] || { echo "usage: redis.sh start FOLDER [PID]" >&2; exit 64; }
    start "$2" || exit 1
    [ $# = 2 ] || setsid bash -c "while kill -0 $3 2>/dev/null; do sleep 1; done; exec bash '$0' stop '$2'" </dev/null >/dev/null 2>&1 &
    ;;
  stop) [ $# = 2 ] || { echo "usage: redis.sh stop FOLDER" >&2; exit 64; }; stop "$2" ;;
  run)
    shift
    folder=$(mktemp -d)
    trap 'stop "$folder"' EXIT
    INFERENCE_REDIS=$(start "$folder") || exit 1
    export INFERENCE_REDIS
    "$@"
    ;;
  *) echo "usage: redis.sh start FOLDER [PID] | stop FOLDER | run COMMAND…" >&2; exit 64 ;;
esac
