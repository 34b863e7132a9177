#!/usr/bin/env bash
# usage: eng/gate.sh [MODELS]
# Trains a network on the rows of 'adult' from MODELS + 1 seeds (100 + 1 by default), checks each against the first with the gate's rules, and prints how many pass.
set -euo pipefail
cd "$(dirname "$0")/.."
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0
INFERENCE_GATE_SEEDS="${1:-100}" INFERENCE_GATE="$table" dotnet test tests/Inference.Optimization.Tests -c Release --nologo -v q --filter "FullyQualifiedName~RetrainedModelTests" >&2 || status=$?
cat "$table"
exit "$status"
