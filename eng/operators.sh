#!/usr/bin/env bash
# Regenerates docs/operators.md: every operator of the standard, what runs it, and how many conformance cases pass.
# usage: eng/operators.sh [--check] [CASES]   (folder with the ONNX node cases; default ../shared/conformance/node, or $INFERENCE_TEST_DATA/conformance/node)
# --check writes nothing, and fails with the difference where the page is not what would be written.
set -euo pipefail
cd "$(dirname "$0")/.."
check=
if [ "${1:-}" = --check ]; then check=yes; shift; fi
cases="${1:-${INFERENCE_TEST_DATA:-../shared}/conformance/node}"
if [ ! -d "$cases" ]; then
  echo "eng/operators.sh: '$cases' has no conformance cases; give their folder." >&2
  exit 64
fi
results="$(mktemp)" page="$(mktemp)"
trap 'rm -f "$results" "$page"' EXIT
dotnet build src/Inference.Cli -c Release -v q --nologo -clp:NoSummary
dotnet run --no-build -c Release --project src/Inference.Cli -- verify "$cases" --json > "$results" || true
python3 eng/operators.py "$cases" "$results" > "$page"
if [ -n "$check" ]; then
  diff -u docs/operators.md "$page" || { echo "eng/operators.sh: docs/operators.md is out of date; run eng/operators.sh." >&2; exit 1; }
  echo "eng/operators.sh: docs/operators.md is up to date"
else
  cat "$page" > docs/operators.md
  sed -n '1,14p' docs/operators.md
fi
