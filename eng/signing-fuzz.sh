#!/usr/bin/env bash
# Damages bundles, manifests and logs of decisions at random: none may be accepted with another content, and none may end in an error other than ours.
# usage: eng/signing-fuzz.sh [N] [SEED]      N mutants in all, 100,000 by default, a third of each kind
set -euo pipefail
cd "$(dirname "$0")/.."
export INFERENCE_MUTATIONS=$(( (${1:-100000} + 2) / 3 )) INFERENCE_MUTATION_SEED=${2:-1}
dotnet test tests/Inference.Versioning.Tests -c Release --nologo -v q --filter "FullyQualifiedName~Signing.MutationTests"
echo "signing-fuzz: $((3 * INFERENCE_MUTATIONS)) mutants from seed $INFERENCE_MUTATION_SEED, none accepted with another content"
