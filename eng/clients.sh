#!/usr/bin/env bash
# Calls a server by clients of other hands: curl, @grpc/grpc-js (npm) and Debian's python3-grpcio, each of which must get what the model answers in process.
# Clients that are not installed and cannot be are named. usage: eng/clients.sh
set -euo pipefail
cd "$(dirname "$0")/.."
models=${INFERENCE_TEST_DATA:-../shared}/models
work=$(mktemp -d)
dotnet build tests/Inference.Server -c Release --nologo -v q -clp:ErrorsOnly
tests/Inference.Server/bin/Release/net10.0/Inference.Server 0 0 "$models/iris_mlp" "$models/magika_v3" > "$work/server.log" &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q ready "$work/server.log" && break; sleep 0.1; done
read -r _ rest grpc < "$work/server.log"
failed=0
run() {
  name=$1; shift
  if "$@"; then echo "clients: $name passed"; else echo "clients: $name failed"; failed=1; fi
}

run curl bash eng/clients/curl.sh "$rest"
if npm install --silent --no-audit --no-fund --prefix "$work/node" @grpc/grpc-js @grpc/proto-loader > "$work/npm.log" 2>&1; then
  NODE_PATH="$work/node/node_modules" run grpc-js node eng/clients/grpc.js "${grpc#http://}" src/Inference.AspNetCore/open_inference.proto
else
  echo "clients: grpc-js not run: npm cannot install it"
fi
if /usr/bin/python3 -c "import grpc" 2> /dev/null; then
  run grpcio /usr/bin/python3 eng/clients/grpc_client.py "${grpc#http://}" "$rest"
else
  echo "clients: grpcio not run: apt-get install python3-grpcio"
fi
exit $failed
