#!/usr/bin/env bash
# Sets up (eng/setup.sh), builds everything with warnings as errors and runs every test project. Ends with one line:
# "N passed, N failed, N skipped", summed over the projects. Arguments are passed on to `dotnet test` (such as --filter NAME).
set -u
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

bash eng/setup.sh
echo "test: restoring and building"
if ! dotnet build Inference.sln -c Release --nologo -v quiet -clp:NoSummary; then
  echo "test: the build failed"
  echo "0 passed, 1 failed"
  exit 1
fi

status=0
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  echo "test: $name"
  # A test that shows no progress for five minutes is named and ends its project.
  dotnet test "$project" -c Release --no-build --nologo -v quiet --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none --logger "trx;LogFileName=$name.trx" --results-directory "$results" "$@" || status=1
done

passed=0 failed=0 skipped=0
for project in tests/*.Tests/*.csproj; do
  report="$results/$(basename "$project" .csproj).trx"
  if [ ! -f "$report" ]; then
    # A project without a report crashed, or none of its tests matched a filter.
    [ $# -gt 0 ] || { echo "test: $(basename "$project" .csproj) left no report"; failed=$((failed + 1)); }
    continue
  fi
  counters=$(grep -o '<Counters [^>]*>' "$report" | head -n 1)
  count() { echo "$counters" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*'; }
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count total) - $(count passed) - ($(count total) - $(count executed))))
  skipped=$((skipped + $(count total) - $(count executed)))
done

if [ "$failed" = 0 ] && [ "$status" != 0 ] && [ $# = 0 ]; then
  failed=1
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
