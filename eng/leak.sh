#!/usr/bin/env bash
# Creates, runs and disposes ONNX Runtime sessions and prints how the process's memory grew: eng/leak.sh [CYCLES, 100000 by default].
set -euo pipefail
cd "$(dirname "$0")/.."
INFERENCE_LEAK_CYCLES="${1:-100000}" dotnet test tests/Inference.OnnxRuntime.Tests -c Release --nologo -v q \
  --filter "FullyQualifiedName~LeakTests" --logger "console;verbosity=detailed" | grep -E "cycles|Passed|Failed|skip" || exit 1
