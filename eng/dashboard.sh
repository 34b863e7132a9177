#!/usr/bin/env bash
# Tests the dashboard in a real browser: all pages and actions by mouse and by keyboard, names that try to be markup, accessibility in light and dark.
# usage: eng/dashboard.sh [--pictures FOLDER]   (FOLDER receives a picture of each page at 1200 and 400 pixels, light and dark)
# eng/test.sh runs a sample of these; Chromium and axe-core come from eng/setup.sh and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
bash eng/setup.sh
export DASHBOARD_TESTS=all
if [ "${1:-}" = "--pictures" ]; then
  DASHBOARD_PICTURES=$(realpath -m "${2:?--pictures needs a folder}")
  export DASHBOARD_PICTURES
fi
dotnet test tests/Inference.Dashboard.Tests -c Release --nologo -v q
