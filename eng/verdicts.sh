#!/usr/bin/env bash
# usage: eng/verdicts.sh [RUNS]
# Simulates every claim of Inference.Evaluation about levels (2,000 runs each by default) and prints the table: verdicts on candidates without a drop and with the drop of the budget, sequential tests looked at 30 times,
# confidence sequences, e-detectors.
set -euo pipefail
cd "$(dirname "$0")/.."
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0
INFERENCE_VERDICT_RUNS="${1:-2000}" INFERENCE_VERDICTS="$table" dotnet test tests/Inference.Evaluation.Tests -c Release --nologo -v q --filter "FullyQualifiedName~VerdictSimulationTests" >&2 || status=$?
cat "$table"
exit "$status"
