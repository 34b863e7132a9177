#!/usr/bin/env bash
# Runs the kernel tests once for each instruction-set lane; every lane asserts in the child process that its switch took effect.
# Usage: eng/isa.sh [LANE ...] with lanes default, avx2, sse, scalar; all but default when none is named.
set -u
cd "$(dirname "$0")/.."
lanes=("$@")
[ ${#lanes[@]} -gt 0 ] || lanes=(avx2 sse scalar)
status=0
for lane in "${lanes[@]}"; do
  case "$lane" in
    default) switches=() ;;
    avx2) switches=(DOTNET_EnableAVX512=0) ;;
    sse) switches=(DOTNET_EnableAVX512=0 DOTNET_EnableAVX2=0) ;;
    scalar) switches=(DOTNET_EnableHWIntrinsic=0) ;;
    *) echo "isa: expected default, avx2, sse or scalar, got '$lane'" >&2; exit 64 ;;
  esac
  echo "isa: lane $lane ${switches[*]-}"
  env "${switches[@]}" INFERENCE_ISA_LANE="$lane" dotnet test tests/Inference.Kernels.Tests -c Release --nologo -v quiet ${CI:+--no-build} || status=1
done
exit $status
