#!/usr/bin/env bash
# usage: eng/canaries.sh [COUNT] [SEED] | eng/canaries.sh --real [COUNT] [SEED]
# Simulates trials of a canary through each of eight pipelines, under a simulated clock, and prints a table: how many of COUNT (1000 by default) identical canaries are rolled back, and after how many calls canaries with more errors, with
# a slower model, or that never answer are (COUNT / 10 of each, at least 20). One process for each processor; the result does not depend on the speed of the machine.
# --real: COUNT (100 by default) identical canaries on the real engine and clock, one after the other; on an otherwise idle machine.
# Exit code 0: identical canaries are rolled back at most as often as stated, and all others are found.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build benchmarks/Inference.Benchmarks -c Release --nologo -v q -clp:NoSummary >&2
program=benchmarks/Inference.Benchmarks/bin/Release/net10.0/Inference.Benchmarks.dll
if [[ "${1:-}" == --real ]]; then
    exec dotnet "$program" canaries --real 1 --count "${2:-100}" --seed "${3:-1}"
fi

export program count="${1:-1000}" seed="${2:-1}" folder
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
pipelines=(bare cache batching cache+batching fallback cascade validation+cache+batching all)
status=0
printf '%s\n' "${pipelines[@]}" |
    xargs -P "$(nproc)" -I{} bash -c 'dotnet "$program" canaries --count "$count" --seed "$seed" --pipeline "{}" > "$folder/{}"' || status=2
echo "| pipeline | canary | trials | calls until rollback: median | 95 % |"
echo "| --- | --- | --- | --- | --- |"
for pipeline in "${pipelines[@]}"; do
    cat "$folder/$pipeline"
done

exit "$status"
