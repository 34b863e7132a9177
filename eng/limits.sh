#!/usr/bin/env bash
# How fast long operators stop at a deadline: eng/limits.sh [PATTERN]. Writes benchmarks/results/limits.md where no pattern is given; exit 2 where one is late.
set -uo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release --nologo -v q -clp:NoSummary benchmarks/Inference.Benchmarks || exit 1
run() { dotnet run -c Release --no-build --project benchmarks/Inference.Benchmarks -- limits "$@"; }
if [ $# -gt 0 ]; then
  run "$@"
  exit
fi
{
  echo "# Stopping long operators"
  echo
  echo "\`eng/limits.sh\`: one node on inputs of about 100 MB, or with attributes or values that make much work of little. A full run (given up after 3 s) and the longest"
  echo "work between two looks at the clock are of one thread; the last column is the time from a deadline of 100 ms to the return of the call, on all threads."
  echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | sed 's/^ *//'), $(nproc) processors, .NET $(dotnet --version)."
  echo
} > benchmarks/results/limits.md
run >> benchmarks/results/limits.md
code=$?
tail -1 benchmarks/results/limits.md
exit $code
