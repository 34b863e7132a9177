#!/usr/bin/env bash
# Random changes of encrypted models: flipped, truncated, exchanged, cut and overwritten. None may be accepted, none may fail by another error than the format's, and memory stays bounded.
# usage: eng/trust-fuzz.sh [N] [SEED]      100000 changes with seed 1 by default
set -euo pipefail
cd "$(dirname "$0")/.."
export TRUST_TAMPERS="${1:-100000}" TRUST_SEED="${2:-1}"
dotnet test tests/Inference.Onnx.Tests -c Release --nologo -v q --filter "FullyQualifiedName~TamperTests.Read_RandomTampers_NoneIsAccepted"
echo "trust-fuzz: $TRUST_TAMPERS changes with seed $TRUST_SEED, 0 accepted"
