#!/usr/bin/env bash
# Sends mutated requests to a server over REST and gRPC; each must be answered or refused, never by an error of the server.
# usage: eng/fuzz-server.sh [N] [SEED]      100,000 requests of each with seed 1 by default
set -euo pipefail
cd "$(dirname "$0")/.."
INFERENCE_SERVER_FUZZ="${1:-100000}" INFERENCE_SERVER_FUZZ_SEED="${2:-1}" dotnet test tests/Inference.AspNetCore.Tests -c Release --nologo -v q --filter "FullyQualifiedName~FuzzTests"
