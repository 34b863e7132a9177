#!/usr/bin/env bash
# One delivery of a model, from training to a canary, as a pipeline runs it: bash samples/06.Pipeline/run.sh [FOLDER]
# The first delivery publishes version 1; run it again for the next. FOLDER is artifacts/pipeline by default; SEED, the seed of the training, is the number of the delivery.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-artifacts/pipeline}
repository=$folder/models/buyers
mkdir -p "$repository"
delivery=$(($(find "$repository" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | wc -l) + 1))
work=$folder/deliveries/$delivery
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

step() { echo; echo "== $1"; }
inference() { dotnet run -c Release --no-build --project src/Inference.Cli -- "$@"; }
program() { dotnet run -c Release --no-build --project samples/06.Pipeline -- "$@"; }

dotnet build src/Inference.Cli -c Release --nologo -v quiet -clp:ErrorsOnly
dotnet build samples/06.Pipeline -c Release --nologo -v quiet -clp:ErrorsOnly
if [ ! -f "$folder/pipeline.key" ]; then
  (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$folder/pipeline.key")
  openssl ec -in "$folder/pipeline.key" -pubout -out "$folder/pipeline.pem" 2> /dev/null
fi

step "train"
program train "$work" "${SEED:-$delivery}"

step "optimize"
inference optimize "$work/model.onnx" --data "$work/calibration.npz" --labels buys --metric accuracy --max-drop 2% --max-time 30s -o "$work/candidate.onnx" || { [ $? = 2 ] && cp "$work/model.onnx" "$work/candidate.onnx"; }

step "check"
against=()
current=$(inference versions "$repository" --json | tr -d ' \n' | sed -n 's/.*"version":"\([^"]*\)","state":"default".*/\1/p')
if [ -n "$current" ]; then
  against=(--against "$repository/$current" --same-signature --max-p95-ratio 1.5)
fi

inference check "$work/candidate.onnx" "${against[@]}" --data "$work/test.npz" --labels buys --metric accuracy --max-drop 1% --slices region --scan --max-bytes 1000000 \
  --junit "$work/check.xml" --markdown "$work/check.md" --json > "$work/check.json" || { code=$?; cat "$work/check.md"; exit $code; }
cat "$work/check.md"

step "sign and publish"
inference publish "$work/candidate.onnx" "$repository" --data-digest "sha256:$(sha256sum "$work/test.npz" | cut -d ' ' -f 1)" --commit "$(git rev-parse HEAD 2> /dev/null || echo unknown)" --check "$work/check.json" \
  --sign "$folder/pipeline.key" --key-id pipeline --reason "delivery $delivery" --actor pipeline

step "canary"
program serve "$repository" "$folder/pipeline.pem"

step "versions"
inference versions "$repository" --key "$folder/pipeline.pem"
