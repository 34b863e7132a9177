#!/usr/bin/env bash
# Writes the public API of every package into tests/Inference.PublicApi.Tests/Snapshots. Review the difference before committing it.
set -euo pipefail
cd "$(dirname "$0")/.."
INFERENCE_UPDATE_API=1 dotnet test tests/Inference.PublicApi.Tests -c Release --nologo -v q --filter "FullyQualifiedName~PublicSurfaceTests"
git --no-pager diff --stat -- tests/Inference.PublicApi.Tests/Snapshots
