#!/usr/bin/env bash
# Speed of `inference serve` on loopback: requests a second with 32 in flight and the latency of one at a time, REST with binary tensors and gRPC, by h2load (Debian: nghttp2-client) with a prepared body.
# States the processor time of the server and of the generator per request. Usage: eng/bench-server.sh [--model FOLDER] [--seconds 10]
set -euo pipefail
cd "$(dirname "$0")/.."
model=../shared/models/iris_mlp seconds=10
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    *) echo "usage: eng/bench-server.sh [--model FOLDER] [--seconds 10]" >&2; exit 64 ;;
  esac
done
command -v h2load >/dev/null || apt-get install -y -qq --no-install-recommends nghttp2-client >/dev/null 2>&1 || { echo "bench-server: h2load is missing; install nghttp2-client" >&2; exit 1; }
[ -n "${NO_BUILD:-}" ] || dotnet build src/Inference.Cli -c Release --nologo -v quiet -clp:NoSummary
work=$(mktemp -d)
dotnet src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll serve "$model" --http 127.0.0.1:0 --grpc 127.0.0.1:0 >"$work/ready" 2>"$work/log" &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q ^ready "$work/ready" && break; sleep 0.1; done
grep -q ^ready "$work/ready" || { cat "$work/log" >&2; exit 1; }
http=$(grep -o 'http://[^ ]*' "$work/ready")
grpc=$(grep -o 'grpc://[^ ]*' "$work/ready" | sed 's/^grpc/http/')
name=$(basename "$model")

# One row of zeros of every input, from the server's own metadata.
header=$(curl -s "$http/v2/models/$name" | python3 -c '
import json, struct, sys
work, name = sys.argv[1:]
size = {"BOOL": 1, "INT8": 1, "UINT8": 1, "INT16": 2, "UINT16": 2, "FP16": 2, "BF16": 2, "INT32": 4, "UINT32": 4, "FP32": 4, "INT64": 8, "UINT64": 8, "FP64": 8}
inputs = [(i["name"], i["datatype"], [d if d >= 0 else 1 for d in i["shape"]]) for i in json.load(sys.stdin)["inputs"]]
def count(shape):
    n = 1
    for d in shape: n *= d
    return n
raw = [bytes(size[t] * count(s)) for _, t, s in inputs]
head = json.dumps({"parameters": {"binary_data_output": True}, "inputs": [{"name": n, "datatype": t, "shape": s, "parameters": {"binary_data_size": len(r)}} for (n, t, s), r in zip(inputs, raw)]}, separators=(",", ":")).encode()
open(work + "/rest", "wb").write(head + b"".join(raw))
def varint(n):
    out = b""
    while n > 127: out += bytes([n & 127 | 128]); n >>= 7
    return out + bytes([n])
def field(number, value): return varint(number << 3 | 2) + varint(len(value)) + value
message = field(1, name.encode())
for n, t, s in inputs: message += field(5, field(1, n.encode()) + field(2, t.encode()) + field(3, b"".join(varint(d) for d in s)))
for r in raw: message += field(7, r)
open(work + "/grpc", "wb").write(b"\0" + struct.pack(">I", len(message)) + message)
print(len(head))' "$work" "$name")

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
hz=$(getconf CLK_TCK)
measure() { # label, h2load arguments
  local label=$1; shift
  h2load -t 1 --warm-up-time=2 -D "$seconds" "$@" >"$work/out" 2>&1 &
  local generator=$!
  # The generator's time is read before it ends; both are read over the same stretch.
  sleep 3
  local s0 g0 t0; s0=$(ticks $server) g0=$(ticks $generator) t0=$(date +%s.%N)
  sleep $((seconds - 2))
  local s1 g1 t1; s1=$(ticks $server) g1=$(ticks $generator) t1=$(date +%s.%N)
  wait $generator || true
  python3 - "$label" "$work/out" "$s0" "$s1" "$g0" "$g1" "$t0" "$t1" "$hz" <<'PY'
import re, sys
label, path, s0, s1, g0, g1, t0, t1, hz = sys.argv[1:]
text = open(path).read()
rate = float(re.search(r"finished in [^,]*, ([0-9.]+) req/s", text).group(1))
ok = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text).groups()
time = re.search(r"time for request:\s+(\S+)\s+(\S+)\s+(\S+)", text).groups()
wall = float(t1) - float(t0)
server, generator = (int(s1) - int(s0)) / int(hz) / wall, (int(g1) - int(g0)) / int(hz) / wall
print(f"| {label} | {rate:,.0f} | {time[2]} | {time[1]} | {server:.2f} | {generator:.2f} | {server / rate * 1e6:.0f} µs | {sum(map(int, ok[1:]))} |")
PY
}
rest=(--h1 -d "$work/rest" -H "Inference-Header-Content-Length: $header" -H "Content-Type: application/octet-stream" "$http/v2/models/$name/infer")
rpc=(-d "$work/grpc" -H "content-type: application/grpc" -H "te: trailers" "$grpc/inference.GRPCInferenceService/ModelInfer")
curl -s --http2-prior-knowledge -D "$work/trailers" -o "$work/answer" --data-binary "@$work/grpc" -H "content-type: application/grpc" -H "te: trailers" "${rpc[-1]}"
grep -qi '^grpc-status: 0' "$work/trailers" && [ -s "$work/answer" ] || { echo "bench-server: the gRPC request was refused:" >&2; cat "$work/trailers" >&2; exit 1; }
echo "| request to $name, one row | requests/s | mean time | longest | processors, server | processors, generator | server's time a request | errors |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
measure "REST binary, 32 connections" -c 32 -m 1 "${rest[@]}"
measure "REST binary, 1 connection" -c 1 -m 1 "${rest[@]}"
measure "gRPC, 8 connections of 4 streams" -c 8 -m 4 "${rpc[@]}"
measure "gRPC, 1 connection of 32 streams" -c 1 -m 32 "${rpc[@]}"
measure "gRPC, 1 connection of 1 stream" -c 1 -m 1 "${rpc[@]}"
