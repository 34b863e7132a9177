#!/usr/bin/env bash
# Changes the code a little at a time and looks whether a test notices (Stryker.NET, a local tool): every mutant of the files that the configurations in eng/mutation name.
# usage: eng/mutation.sh rules|rows|caching|batching|versioning|all      or one configuration by its name, such as versioning-loading
# Prints one line a target: mutants, killed, timed out, survived, not covered, score = (killed + timed out) / mutants. LIST=1 also prints those that no test noticed.
# Reports: artifacts/mutation. It takes minutes (rows) to hours (versioning), and so is no part of continuous
# integration. Tests that take seconds each (random loads, soaks, real models) are left out: the score is a lower bound.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
targets="rules rows caching batching versioning"
case "${1:-}" in
  all) ;;
  rules | rows | caching | batching | versioning) targets=$1 ;;
  *)
    [ -f "eng/mutation/${1:-none}.json" ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
    targets=$1
    ;;
esac
export INFERENCE_TEST_DATA=${INFERENCE_TEST_DATA:-$root/../shared}
dotnet tool restore >/dev/null

# One configuration: a project, its tests, the files to change. The program's own output goes to a log.
run() {
  local config=$1 output=$root/artifacts/mutation/$1 project
  project=$(sed -n 's/.*"project": "\(.*\)\.csproj".*/\1/p' "eng/mutation/$config.json")
  rm -rf "$output" && mkdir -p "$output"
  (cd "src/$project" && dotnet stryker --config-file "../../eng/mutation/$config.json" --output "$output") >"$output/log" 2>&1 ||
    { echo "mutation: $config failed; the end of $output/log:" >&2; tail -n 20 "$output/log" >&2; exit 1; }
}

for target in $targets; do
  reports=()
  for file in eng/mutation/"$target".json eng/mutation/"$target"-*.json; do
    [ -f "$file" ] || continue
    config=$(basename "$file" .json)
    run "$config"
    reports+=("artifacts/mutation/$config/reports/mutation-report.json")
  done
  python3 eng/mutation/summary.py "$target" "${reports[@]}" ${LIST:+--list}
done
