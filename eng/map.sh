#!/usr/bin/env bash
# Draws the pictures of docs/ARCHITECTURE.md anew, from compiled types.
set -euo pipefail
cd "$(dirname "$0")/.."
INFERENCE_UPDATE_MAP=1 dotnet test tests/Inference.Architecture.Tests -c Release --nologo -v q --filter "FullyQualifiedName~PictureTests"
git --no-pager diff --stat -- docs/ARCHITECTURE.md
