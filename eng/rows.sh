#!/usr/bin/env bash
# Random models in which sizes flow from the batch: what is proved of their rows, alone and with the trial at load, against rows run together, apart and regrouped.
# usage: eng/rows.sh [N] [SEED]      1000 models from seed 1 by default; 1 where one is claimed whose rows depend on each other
#        eng/rows.sh --claims FOLDER…      which models of folders are claimed
# One model again:  tests/Inference.Rows/bin/Release/net10.0/Inference.Rows save SEED FILE
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.Rows -v q --nologo -clp:NoSummary
program=tests/Inference.Rows/bin/Release/net10.0/Inference.Rows
if [ "${1:-}" = --claims ]; then
  shift
  exec "$program" claims "$@"
fi
exec "$program" random "${1:-1000}" "${2:-1}"
