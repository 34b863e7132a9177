#!/usr/bin/env bash
# Installs what tests and benchmarks use beyond the .NET SDK and its packages, where apt-get is there and this is root. Run it again at any time: what is there is left alone.
# A part that cannot be installed is reported and does not fail the others: tests that need it are skipped, with the reason.
set -u
cd "$(dirname "$0")/.."
apt_packages="python3-onnx python3-numpy python3-sklearn libopenblas0 postgresql redis-server chromium chromium-driver"
missing=0

report() { echo "setup: $*" >&2; missing=1; }

install_apt_packages() {
  command -v apt-get >/dev/null || return 0
  local wanted=""
  for package in $apt_packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || wanted="$wanted $package"
  done
  [ -n "$wanted" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    report "not root, so these packages were not installed:$wanted"
    return 0
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # one word a package
  if apt-get install -y -qq --no-install-recommends $wanted >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends $wanted >/dev/null 2>&1; }; then
    echo "setup: installed$wanted"
  else
    report "apt-get could not install:$wanted"
  fi
}

install_apt_packages
[ "$missing" = 0 ] || echo "setup: some optional parts are missing, see above" >&2
exit 0
