#!/usr/bin/env bash
# Regenerates docs/operators.md: every operator of the standard, what runs it, and how many conformance cases pass.
# usage: eng/operators.sh [CASES]   (folder with the ONNX node cases; default ../shared/conformance/node, or $INFERENCE_TEST_DATA/conformance/node)
set -euo pipefail
cd "$(dirname "$0")/.."
cases="${1:-${INFERENCE_TEST_DATA:-../shared}/conformance/node}"
if [ ! -d "$cases" ]; then
  echo "eng/operators.sh: '$cases' has no conformance cases; give their folder." >&2
  exit 64
fi
results="$(mktemp)"
trap 'rm -f "$results"' EXIT
dotnet build src/Inference.Cli -c Release -v q --nologo -clp:NoSummary
dotnet run --no-build -c Release --project src/Inference.Cli -- verify "$cases" --json > "$results" || true
python3 eng/operators.py "$cases" "$results" > docs/operators.md
tail -n +1 docs/operators.md | sed -n '1,14p'
