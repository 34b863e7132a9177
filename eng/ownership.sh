#!/usr/bin/env bash
# Runs values that nobody disposes, and values, bound runs and runners that another thread disposes, replaces or cancels at random moments; checks every answer.
# usage: eng/ownership.sh [--minutes N, 0.5 by default] [--threads LIST, 8,16 by default]      2 where an answer was wrong, an error not a clear one, or a process crashed
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release benchmarks/Inference.Benchmarks -v q --nologo -clp:NoSummary
exec benchmarks/Inference.Benchmarks/bin/Release/net10.0/Inference.Benchmarks ownership "$@"
