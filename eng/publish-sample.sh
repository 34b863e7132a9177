#!/usr/bin/env bash
# Publishes samples/01.Quickstart trimmed, self-contained and as one file, treats trim and AOT warnings as errors, and runs it.
# usage: eng/publish-sample.sh [OUTDIR]
set -euo pipefail
cd "$(dirname "$0")/.."
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) rid=linux-x64 ;;
  Linux-aarch64) rid=linux-arm64 ;;
  Darwin-arm64) rid=osx-arm64 ;;
  Darwin-x86_64) rid=osx-x64 ;;
  *) rid=win-x64 ;;
esac
out=${1:-artifacts/quickstart}
rm -rf "$out"
dotnet publish samples/01.Quickstart -c Release -r "$rid" --self-contained -o "$out" -v q --nologo -clp:NoSummary \
  -p:PublishTrimmed=true -p:PublishSingleFile=true -p:TrimMode=full -p:SuppressTrimAnalysisWarnings=false -p:TrimmerSingleWarn=false \
  -p:ILLinkTreatWarningsAsErrors=true -p:EnableAotAnalyzer=true -p:EnableTrimAnalyzer=true -p:DebugType=none
ls -l "$out"
"$out/Quickstart"
