#!/usr/bin/env bash
# Tells lies about sound models (shapes, symbols, constants, counts, attributes) and runs them in watched child processes: each must be refused with an exception of
# ours or answered as ONNX Runtime without optimization answers (or, where that refuses or dies, as this engine answers without vectors), whatever fresh memory holds.
# usage: eng/lying.sh [N] [SEED] [FOLDER...]      1000 lies with seed 1 over ../shared/conformance/node, /reports and /models by default
# GUARD=1 runs the engine with every block of memory beside unreadable pages.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${INFERENCE_TEST_DATA:-../shared}
count=${1:-1000} seed=${2:-1}
shift $(($# > 2 ? 2 : $#))
[ $# -gt 0 ] || set -- "$data/conformance/node" "$data/conformance/reports" "$data/models"
flags=() out=tests/Inference.Lying/bin/Release/net10.0
if [ "${GUARD:-}" = 1 ]; then
  flags=(-p:GuardPages=true) out=artifacts/guard/bin/Inference.Lying/Release/net10.0
fi
ulimit -c 0
dotnet build -c Release tests/Inference.Lying -v q --nologo -clp:NoSummary "${flags[@]}"
exec "$out/Inference.Lying" "$count" "$seed" "$@"
