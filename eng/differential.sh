#!/usr/bin/env bash
# Draws COUNT models for each operator (and random graphs) from SEED and runs them on cpu and onnxruntime: eng/differential.sh [COUNT, 200] [SEED, 1] [OPERATOR].
set -euo pipefail
cd "$(dirname "$0")/.."
export INFERENCE_DIFFERENTIAL_COUNT="${1:-200}" INFERENCE_DIFFERENTIAL_SEED="${2:-1}"
filter="FullyQualifiedName~Differential"
[ -z "${3:-}" ] || filter="$filter&DisplayName~\"$3\""
dotnet test tests/Inference.OnnxRuntime.Tests -c Release --nologo -v q --filter "$filter" --logger "console;verbosity=normal"
