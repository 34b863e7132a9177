#!/usr/bin/env bash
# usage: eng/statistics.sh [VECTORS] [PYTHON]
# Compares the distances over cell counts of Inference.Monitoring with SciPy on random vectors (1,000 by default). The tests hold a sample of 60 vectors, written by: python3 eng/statistics.py 60 tests/Inference.Monitoring.Tests/Statistics/scipy.txt
set -euo pipefail
cd "$(dirname "$0")/.."
vectors=$(mktemp)
trap 'rm -f "$vectors"' EXIT
"${2:-python3}" eng/statistics.py "${1:-1000}" "$vectors"
INFERENCE_STATISTICS="$vectors" dotnet test tests/Inference.Monitoring.Tests -c Release --nologo -v q --filter "FullyQualifiedName~ScipyTests"
