#!/usr/bin/env bash
# How fast long operators stop at a deadline: eng/limits.sh [PATTERN] [--work] [--where]. Writes benchmarks/results/limits.md where nothing is given; exit 2 where one is late. Needs a
# quiet machine, and about 10 minutes; a case that does not come back is ended after 2 minutes and counts as late.
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
  echo "work between two looks at the clock (processor time) are of one thread; the last column is the time from a deadline of 100 ms to the return of the call, on all threads."
  echo "Late is what returns more than 50 ms after its deadline, or works for more than 10 ms between two looks in a run of more than 100 ms. What a look cannot cut counts too: giving"
  echo "scratch memory back to the system at the end of a run, and collections where results are many small values."
  echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2- | sed 's/^ *//'), $(nproc) processors, .NET $(dotnet --version)."
  echo
} > benchmarks/results/limits.md
run >> benchmarks/results/limits.md
code=$?
tail -1 benchmarks/results/limits.md
exit $code
