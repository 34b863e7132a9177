#!/usr/bin/env bash
# A process publishes, promotes, rolls back and labels over one repository and is killed (SIGKILL) at random moments, most of them while a version is written. After every kill each version that can be seen is whole (its files have
# the digests of its manifest), the log is valid and names one default; at the end every acknowledged operation is in the log once and in order, and what was left aside is removed.
# Then four processes with four threads each promote at once: each promotion is in the log once, or its caller was told that another was first; the log is checked as by eng/decisions.sh.
# usage: eng/publishing.sh [KILLS] [PROMOTIONS] [SEED]      200 kills and 1000 promotions from seed 1 by default; exit code 1 if a check fails
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.Replicas -v q --nologo -clp:NoSummary
replicas=tests/Inference.Replicas/bin/Release/net10.0/Inference.Replicas
"$replicas" kill "${1:-200}" "${3:-1}"
"$replicas" promote "${2:-1000}" 4 4 "${3:-1}"
