#!/usr/bin/env bash
# Writes the public API of every library into its PublicAPI.Unshipped.txt, as the analyzer names it. Review the difference before committing it.
# What PublicAPI.Shipped.txt holds stays there; what is gone from it is an error of the build, to be answered by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
log="$PWD/artifacts/public-api"
rm -rf "$log"
mkdir -p "$log"

# The analyzer reports what the files lack: with empty ones, everything.
for file in src/*/PublicAPI.Unshipped.txt; do
  echo "#nullable enable" > "$file"
done

# These are in no program.
for project in src/Inference.Cli src/Inference.Testing src/Inference.AspNetCore src/Inference.Monitoring.Sqlite src/Inference.Monitoring.PostgreSql src/Inference.Decisions.PostgreSql src/Inference.Decisions.Redis src/Inference.Orleans; do
  dotnet build "$project" -c Release --nologo -v q -clp:ErrorsOnly -p:RunAnalyzers=true -p:TreatWarningsAsErrors=false "-p:PublicApiLog=$log"
done \
  || { echo "api: the build failed; git checkout src/*/PublicAPI.Unshipped.txt brings the files back" >&2; exit 1; }
python3 eng/api.py "$log"
git --no-pager diff --stat -- 'src/*/PublicAPI.Unshipped.txt'
