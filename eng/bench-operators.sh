#!/usr/bin/env bash
# Times single operators at shapes of real networks (benchmarks/Inference.Benchmarks/Operators/cases.txt) beside ONNX Runtime, by turns in one process, and writes a table, worst first.
# usage: eng/bench-operators.sh [--threads "1 2"] [--seconds 0.1] [--only TEXT] [--cases FILE] [--out FILE, benchmarks/results/operators.md]
# On an otherwise idle machine, 10 minutes for each number of threads. A case is slow if it is below 0.9 in at least two of three repetitions.
set -euo pipefail
cd "$(dirname "$0")/.."
threads="1 2" seconds=0.1 out=benchmarks/results/operators.md
more=()
while [ $# -gt 0 ]; do
  case "$1" in
    --threads) threads=$2 ;;
    --seconds) seconds=$2 ;;
    --out) out=$2 ;;
    --only | --cases) more+=("$1" "$2") ;;
    *) sed -n 2,4p "$0" >&2; exit 64 ;;
  esac
  shift 2
done

dotnet build benchmarks/Inference.Benchmarks -c Release --nologo -v q -clp:NoSummary >&2
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
{
  echo "# Operators beside ONNX Runtime"
  echo
  echo "\`eng/bench-operators.sh --threads \"$threads\" --seconds $seconds ${more[*]:-}\`, ${cpu:-$(uname -m)}, $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), .NET $(dotnet --version)."
  echo "Ratio = time of ONNX Runtime ÷ time of cpu, above 1: cpu is faster; medians of three repetitions, by turns in one process, bound runs on both sides. The form of a case is described in OperatorCase.cs."
} >"$out"
for count in $threads; do
  dotnet benchmarks/Inference.Benchmarks/bin/Release/net10.0/Inference.Benchmarks.dll operators --threads "$count" --seconds "$seconds" --out "$out" "${more[@]}"
done

echo "wrote $out" >&2
