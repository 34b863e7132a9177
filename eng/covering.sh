#!/usr/bin/env bash
# Covering arrays over the options of every kernel family: each pair of values that may occur together runs, against the plain formula.
# usage: eng/covering.sh [STRENGTH]      3 asks every family for triples (minutes); by default each has the strength that its test states
# Prints families with their options, values, valid pairs, pairs reached and rows; fails where a pair did not run or a row went wrong.
set -euo pipefail
cd "$(dirname "$0")/.."
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
INFERENCE_COVERING_REPORT=$report INFERENCE_COVERING_STRENGTH=${1:-2} \
  dotnet test tests/Inference.Kernels.Tests -c Release --nologo -v q --filter "FullyQualifiedName~Covering|FullyQualifiedName~QuantizedConvolutionTests" || status=$?
sort "$report" | awk -F'\t' '
  BEGIN { printf "%-44s %7s %6s %11s %7s %5s %8s\n", "family", "options", "values", "valid pairs", "reached", "rows", "strength" }
  { printf "%-44s %7d %6d %11d %7d %5d %8d\n", $1, $2, $3, $4, $5, $6, $7; pairs += $4; reached += $5; rows += $6; options[$1] = $8 }
  END { printf "%d families: %d valid pairs, %d reached, %d rows\n", NR, pairs, reached, rows; exit pairs != reached }' || status=1
if [ -n "${COVERING_OPTIONS:-}" ]; then
  sort "$report" | awk -F'\t' '{ print $1 ": " $8 }'
fi
exit "$status"
