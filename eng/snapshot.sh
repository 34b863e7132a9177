#!/usr/bin/env bash
# What the engine makes of models, as text: graphs after all rewrites, plans with their kernels. Two such files are compared with diff, before and after a change of rewrites.
# usage: eng/snapshot.sh OUT FOLDER…      OUT, and OUT.hashes with a line a model; folders are searched for model.onnx with test_data_set_*, 300 MB at most each
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.Snapshot -v q --nologo -clp:NoSummary
exec tests/Inference.Snapshot/bin/Release/net10.0/Inference.Snapshot "$@"
