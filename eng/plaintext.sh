#!/usr/bin/env bash
# Shows by strace that the plain text of an encrypted model reaches no file: encrypt, rekey, run and serve write none of it, and read weights from the container alone. That decrypt is found shows that the search works.
# usage: eng/plaintext.sh [--no-build]      needs Linux, strace and python3; with ONNX Runtime's library (ORT_DYLIB_PATH), run is also traced on it
set -euo pipefail
cd "$(dirname "$0")/.."
for program in strace python3 curl; do
  command -v "$program" > /dev/null || { echo "plaintext: skipped, $program is not installed"; exit 0; }
done

[ "${1:-}" = --no-build ] || dotnet build -c Release src/Inference.Cli -m:1 -v q --nologo -clp:NoSummary
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
inference="$PWD/src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll"
calls=open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,splice,mmap
export DOTNET_EnableDiagnostics=0
traced() { # LOG COMMAND…
  local log=$1
  shift
  # Whole buffers and paths, in hexadecimal.
  timeout 120 strace --seccomp-bpf -f -qq -y -xx -s 67108864 -e "trace=$calls" -o "$work/$log.trace" dotnet "$inference" "$@"
}
check() { python3 eng/plaintext.py check "$work/$1.trace" "$work/plain" "$work" "${@:2}"; }

python3 eng/plaintext.py make "$work"
openssl rand -base64 32 > "$work/key"
openssl rand -base64 32 > "$work/next"
chmod 600 "$work/key" "$work/next"
mkdir "$work/secret"
traced encrypt encrypt "$work/plain/model.onnx" -o "$work/secret/model.onnx" --key-file "$work/key" > "$work/out" || { cat "$work/out"; exit 1; }
check encrypt --reads plain/model.onnx plain/model.data key secret/model.onnx
traced rekey rekey "$work/secret/model.onnx" --key-file "$work/key" --new-key-file "$work/next" > "$work/out"
check rekey --reads secret/model.onnx key next

traced run run "$work/secret/model.onnx" --key-file "$work/next" --input "x=$work/x.npy" > "$work/out"
cat "$work/out"
check run --reads secret/model.onnx next x.npy
if [ -n "${ORT_DYLIB_PATH:-}" ]; then
  traced onnxruntime run "$work/secret/model.onnx" --backend onnxruntime --key-file "$work/next" --input "x=$work/x.npy" > "$work/out"
  cat "$work/out"
  check onnxruntime --reads secret/model.onnx next x.npy
fi

traced serve serve "secret=$work/secret" --http 127.0.0.1:0 --grpc 127.0.0.1:0 --key-file "$work/next" > "$work/ready" 2> "$work/errors" &
server=$!
for _ in $(seq 600); do grep -q ^ready "$work/ready" && break; kill -0 "$server" 2> /dev/null || { cat "$work/errors"; exit 1; }; sleep 0.2; done
address=$(cut -d' ' -f2 "$work/ready")
curl --silent --fail "${address%/}/v2/models/secret/infer" -H 'content-type: application/json' -d "@$work/x.json" > "$work/answer"
# strace passes no signal on: the program that it traces is asked to stop.
tracer=$(pgrep -P "$server" strace || pgrep -P "$(pgrep -P "$server")" strace)
pkill -TERM -P "$tracer"
wait "$server" || true
server=
check serve --reads secret/model.onnx next

traced decrypt decrypt "$work/secret/model.onnx" -o "$work/again.onnx" --key-file "$work/next" > "$work/out"
if check decrypt --reads secret/model.onnx next > "$work/out"; then
  echo "plaintext: the search does not find what decrypt writes" >&2
  exit 1
fi
echo "control: $(tail -1 "$work/out")"
echo "plaintext: no plain text was written"
