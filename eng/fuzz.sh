#!/usr/bin/env bash
# Loads and runs damaged and hostile mutants of models in watched child processes: each must run within its deadline or be refused with an exception of ours.
# usage: eng/fuzz.sh [N] [SEED] [MODELS]      1000 mutants with seed 1 of the 20 smallest models in ../shared/models by default
# One mutant again:  FUZZ_SAVE=mutant.onnx tests/Inference.Fuzz/bin/Release/net10.0/Inference.Fuzz --worker I I+1 SEED MODELS 20
set -euo pipefail
cd "$(dirname "$0")/.."
models=${3:-${INFERENCE_TEST_DATA:-../shared}/models}
dotnet build -c Release tests/Inference.Fuzz -v q --nologo -clp:NoSummary
exec tests/Inference.Fuzz/bin/Release/net10.0/Inference.Fuzz "${1:-1000}" "${2:-1}" "$models"
