#!/usr/bin/env bash
# Runs the kernel tests in a build for debugging: sizes, strides, addresses and overlap are asserted at the heads of kernels, and what buffers on the stack hold at the limits of tiles.
# usage: eng/debug.sh [FILTER]      FILTER as in dotnet test --filter; all kernel tests by default
set -euo pipefail
cd "$(dirname "$0")/.."
filter=()
[ $# = 0 ] || filter=(--filter "$1")
dotnet test tests/Inference.Kernels.Tests -c Debug --nologo -v quiet "${filter[@]}"
