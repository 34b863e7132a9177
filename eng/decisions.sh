#!/usr/bin/env bash
# Two processes promote, roll back, label, publish and serve over one repository, and are killed at random; half lines are left at the end of the log. Then a checker reads the log: the chain is whole, every
# acknowledged decision is in it once and in order, each is legal after those before it, nothing that was taken back became the default but by a person, and state.json is what follows from it.
# usage: eng/decisions.sh [STEPS] [SEED]      1000 steps from seed 1 by default; 1 where something does not hold
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.Replicas -v q --nologo -clp:NoSummary
exec tests/Inference.Replicas/bin/Release/net10.0/Inference.Replicas run "${1:-1000}" "${2:-1}"
