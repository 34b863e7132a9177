#!/usr/bin/env bash
# Draws COUNT models for each operator (and random graphs) from SEED and runs them three ways: on onnxruntime, on cpu, and on cpu without vector instructions;
# and COUNT for each operator that has a formula in NumPy (Formulas/judge.py), on cpu and by the formula.
# usage: eng/differential.sh [COUNT, 200] [SEED, 1] [PART OF AN OPERATOR'S NAME]
# Prints for each operator its draws, those that ONNX Runtime had a kernel for, those that both refuse, differences, and the pairs of its options that were
# reached; fails where two differ. DIFFERENTIAL_EVERY_VERSION=1 also draws COUNT at each version of each operator (minutes).
set -euo pipefail
cd "$(dirname "$0")/.."
report=$(mktemp)
trap 'rm -f "$report"' EXIT
export INFERENCE_DIFFERENTIAL_COUNT="${1:-200}" INFERENCE_DIFFERENTIAL_SEED="${2:-1}" INFERENCE_DIFFERENTIAL_REPORT=$report
filter="(FullyQualifiedName~Differential|FullyQualifiedName~Formula)"
[ -n "${DIFFERENTIAL_EVERY_VERSION:-}" ] || filter="$filter&FullyQualifiedName!~EveryVersion"
[ -z "${3:-}" ] || filter="$filter&DisplayName~$3"
status=0
dotnet test tests/Inference.OnnxRuntime.Tests -c Release --nologo -v q --filter "$filter" --logger "console;verbosity=minimal" || status=$?
sort "$report" | awk -F'\t' '
  BEGIN { printf "%-44s %6s %9s %8s %12s %8s %6s %8s\n", "operator", "draws", "compared", "refused", "differences", "options", "pairs", "reached" }
  { printf "%-44s %6d %9d %8d %12d %8d %6d %8d\n", $1, $2, $3, $4, $5, $6, $7, $8; draws += $2; compared += $3; refused += $4; differences += $5; pairs += $7; reached += $8 }
  NR == 1 || $2 < least { least = $2 }
  END { printf "%d operators and kinds: %d draws, at least %d each, %d compared with ONNX Runtime, of those %d refused by both; %d pairs, %d reached; %d operators differ\n", NR, draws, least, compared, refused, pairs, reached, differences }'
exit "$status"
