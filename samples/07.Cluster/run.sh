#!/usr/bin/env bash
# Three silos and a client as processes on loopback, until Ctrl+C. usage: samples/07.Cluster/run.sh [memory|postgres|redis]
# The client's dashboard is at http://127.0.0.1:8100/dashboard, those of the silos at 8101 to 8103; what silos say of themselves is at /cluster. Kill a silo (its process id is shown) and see what calls do.
set -euo pipefail
cd "$(dirname "$0")"
export STORE=${1:-memory} CONNECTION=""
folder=$(mktemp -d)
chmod 711 "$folder"
pids=()
cleanup() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  # The server ends before its folder is removed.
  [ ! -d "$folder/$STORE" ] || bash "../../eng/$STORE.sh" stop "$folder/$STORE" || true
  rm -rf "$folder"
}
trap cleanup EXIT
dotnet build -c Release -v q --nologo -clp:NoSummary
case "$STORE" in
  memory) ;;
  postgres | redis)
    # By a file: what waits for this process to end keeps a pipe open.
    bash "../../eng/$STORE.sh" start "$folder/$STORE" $$ > "$folder/connection"
    CONNECTION=$(cat "$folder/connection")
    ;;
  *) echo "usage: run.sh [memory|postgres|redis]" >&2; exit 64 ;;
esac
program=bin/Release/net10.0/Cluster
"$program" prepare
for index in 0 1 2; do
  "$program" "$index" &
  pids+=($!)
  echo "silo $index is process $!"
  sleep 3
done
"$program" &
pids+=($!)
wait "$!"
