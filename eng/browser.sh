#!/usr/bin/env bash
# Publishes tests/Inference.Browser and samples/10.Browser for the browser and opens both in Chromium without a window, served on the loopback address: the first runs all data sets of models and compares
# every result with the expected one, the second is used by mouse, sliders and microphone. --out FILE writes the table benchmarks/results/browser.md, --compare with ONNX Runtime for the web (npm) beside it. --check
# runs models without timing them, such as the node cases: --models ../shared/conformance/node --check.
# Exit code 1 where an answer differs or does not come.
# usage: eng/browser.sh [--models DIR] [--five] [--out FILE] [--compare] [--check] [--no-build]
set -euo pipefail
cd "$(dirname "$0")/.."
models=${INFERENCE_TEST_DATA:-../shared}/models out="" build=yes
lane=()
while [ $# -gt 0 ]; do
  case "$1" in
    --models) models=$2; shift ;;
    --five) lane+=(--names iris_mlp,mnist_mobile,q_mnist_resnet_qdq_pc,silero_vad_v4,tinybert) ;;
    --out) out=$2; shift ;;
    --compare) lane+=(--library "$PWD/artifacts/browser/npm/node_modules/onnxruntime-web/dist") ;;
    --check) lane+=(--check) ;;
    --no-build) build=no ;;
    *) sed -n 2,6p "$0" >&2; exit 64 ;;
  esac
  shift
done
folder=$PWD/artifacts/browser
if [ "$build" = yes ]; then
  bash eng/setup.sh
  rm -rf "$folder/lane" "$folder/sample"
  # Compressing takes longer than the rest; the sizes that --out states are of the same compression.
  dotnet publish tests/Inference.Browser -c Release -o "$folder/lane" -v q --nologo -clp:NoSummary -p:CompressionEnabled=false
  dotnet publish samples/10.Browser -c Release -o "$folder/sample" -v q --nologo -clp:NoSummary -p:CompressionEnabled=false
  dotnet build tests/Inference.Browser.Host -c Release -o "$folder/host" -v q --nologo -clp:NoSummary
fi
if [[ " ${lane[*]} " == *" --library "* ]] && [ ! -d "$folder/npm/node_modules/onnxruntime-web" ]; then
  npm install --no-audit --no-fund --ignore-scripts --silent --prefix "$folder/npm" onnxruntime-web@1.30.0
fi
if [ -n "$out" ]; then
  head="\`eng/browser.sh --out $out\`, $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
  lane+=(--out "$out" --head "$head")
fi

status=0
dotnet "$folder/host/Inference.Browser.Host.dll" sample "$folder/sample/wwwroot" ${out:+--size} || status=1
if [ -d "$models" ]; then
  dotnet "$folder/host/Inference.Browser.Host.dll" lane "$folder/lane/wwwroot" "$(cd "$models" && pwd)" "${lane[@]}" || status=1
else
  echo "browser: no models at $models, so none was run" >&2
fi
exit $status
