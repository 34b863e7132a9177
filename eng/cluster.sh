#!/usr/bin/env bash
# A cluster as processes on loopback: silos that serve one model of two versions, and a client that compares every answer with one computed in its own process. Meanwhile silos are killed with -9, or stopped for 15 s, or out of
# reach for 30 s, and started again, one after the other over the time; and trials of version 2 begin and end by their evidence, of which no decision may be made twice.
# usage: eng/cluster.sh --store memory|postgres|redis [--silos 3] [--seconds N] [--kills N] [--pauses N] [--partitions N] [--callers 4] [--warm CALLS] [--json]; eng/cluster.sh --many N measures N models of 1 MB in one silo that may hold 200 MB
# The last line is a report as JSON. Exit code 1 if an answer was wrong, a call failed or a decision was made twice; 3 if the store is not installed. The store is one of the machine's packages (Debian: postgresql, redis-server),
# in a folder of its own, on loopback, on a free port. Without a store, membership is in the first silo, which is then not disturbed.
set -euo pipefail
cd "$(dirname "$0")/.."
store=memory
for ((i = 1; i <= $#; i++)); do
  if [ "${!i}" = --store ]; then j=$((i + 1)); store=${!j:-}; fi
done

dotnet build -c Release tests/Inference.Cluster -v q --nologo -clp:NoSummary >&2
folder=$(mktemp -d)
chmod 711 "$folder"
cleanup() {
  # The server ends before its folder is removed.
  [ ! -d "$folder/$store" ] || bash "eng/$store.sh" stop "$folder/$store" || true
  rm -rf "$folder"
}
trap cleanup EXIT

# Four ports for each silo, free at this moment and below those that the system gives to clients.
port=$((20000 + ($(od -An -N2 -tu2 /dev/urandom) % 11000)))
connection=""
case "$store" in
  memory) ;;
  postgres | redis)
    # By a file: what waits for this process to end keeps a pipe open.
    bash "eng/$store.sh" start "$folder/$store" $$ > "$folder/connection" || exit $?
    connection=$(cat "$folder/connection")
    ;;
  *) echo "cluster: expected --store memory, postgres or redis, got '$store'" >&2; exit 64 ;;
esac

tests/Inference.Cluster/bin/Release/net10.0/Inference.Cluster run "$@" --port "$port" --connection "$connection"
