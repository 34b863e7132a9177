#!/usr/bin/env bash
# Runs cases with every block of memory between unreadable pages and filled with patterns: a byte read or written past an end (pass end) or before a start (pass start) is a violation,
# and so is a result that depends on what memory held before. Linux.
# usage: eng/guard.sh [--pass end|start|both] [--limit N] [--seed S] [--fill A,B] [--collect] [FOLDER…]      both passes, all cases, fills FF,5A by default
#        eng/guard.sh --prove [FOLDER…]      plants three faults of one byte and shows that each is found
#        eng/guard.sh --tests      runs the tests of kernels, of operators and of random models of each operator in the same way, both passes
# FOLDERs default to the conformance cases, models and reports of ../shared. Exit 0: no violation and no such result.
set -euo pipefail
cd "$(dirname "$0")/.."
ulimit -c 0
export DOTNET_DbgEnableMiniDump=0
if [ "${1:-}" = --tests ]; then
  status=0
  for pass in end start; do
    export INFERENCE_GUARD_PASS=$pass
    dotnet test tests/Inference.Kernels.Tests -c Release -p:GuardPages=true --nologo -v q || status=1
    dotnet test tests/Inference.Tests -c Release -p:GuardPages=true --nologo -v q --filter "FullyQualifiedName~Inference.Tests.Operators" || status=1
    dotnet test tests/Inference.OnnxRuntime.Tests -c Release -p:GuardPages=true --nologo -v q --filter "FullyQualifiedName~DifferentialTests" || status=1
  done
  exit $status
fi

data=${INFERENCE_TEST_DATA:-../shared}
arguments=() folders=() prove=false
while [ $# -gt 0 ]; do
  case $1 in
    --prove) prove=true; arguments+=("$1"); shift ;;
    --collect) arguments+=("$1"); shift ;;
    --*) arguments+=("$1" "${2:?$1 needs a value}"); shift 2 ;;
    *) folders+=("$1"); shift ;;
  esac
done

if [ ${#folders[@]} = 0 ]; then
  folders=("$data/conformance/node")
  if $prove; then arguments=(--limit 5 --seed 1 "${arguments[@]}"); else folders+=("$data/models" "$data/conformance/reports"); fi
fi

dotnet build -c Release -p:GuardPages=true tests/Inference.Guard -v q --nologo -clp:NoSummary
exec artifacts/guard/bin/Inference.Guard/Release/net10.0/Inference.Guard "${arguments[@]}" "${folders[@]}"
