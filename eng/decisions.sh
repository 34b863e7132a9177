#!/usr/bin/env bash
# Two processes promote, roll back, label, publish and serve over one repository, and are killed at random; incomplete lines are left at the end of the log. Then a checker reads the log: the chain is valid, every
# acknowledged decision is in it once and in order, each is valid after those before it, a version that was rolled back became the default only by a person, and state.json contains the resulting state.
# The rollout of new versions is immediate, by canary or manual, by the seed.
# usage: eng/decisions.sh [STEPS] [SEED]      1000 steps from seed 1 by default; exit code 1 if a check fails
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.Replicas -v q --nologo -clp:NoSummary
exec tests/Inference.Replicas/bin/Release/net10.0/Inference.Replicas run "${1:-1000}" "${2:-1}"
