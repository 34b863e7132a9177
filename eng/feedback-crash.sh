#!/usr/bin/env bash
# A process makes calls and reports with the SQLite store and is killed (SIGKILL) at random moments; the next one goes on with the same file and makes earlier reports again. Every report that was acknowledged must be in the store,
# once, with its value; none may be accepted twice.
# usage: eng/feedback-crash.sh [KILLS] [SEED]      200 kills from seed 1 by default; exit code 1 if a check fails
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release tests/Inference.FeedbackCrash -v q --nologo -clp:NoSummary
exec tests/Inference.FeedbackCrash/bin/Release/net10.0/Inference.FeedbackCrash run "${1:-200}" "${2:-1}"
