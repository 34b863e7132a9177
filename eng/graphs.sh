#!/usr/bin/env bash
# Random graphs around the patterns of every pass, run as written and as passes rewrite them: the same values, or both refused by an error of ours.
# usage: eng/graphs.sh [N] [SEED]      50000 graphs from seed 1 by default
set -euo pipefail
cd "$(dirname "$0")/.."
INFERENCE_GRAPHS=${1:-50000} INFERENCE_GRAPHS_SEED=${2:-1} dotnet test tests/Inference.Tests -c Release --nologo -v q --filter FullyQualifiedName~PassEquivalenceTests
