#!/usr/bin/env bash
# Installs what tests, benchmarks and samples use beyond the .NET SDK: ONNX Runtime's native library into .native/onnxruntime,
# and, where apt-get is there and this is root, the packages named below. Run it again at any time: what is there is left alone.
# A part that cannot be installed is reported and does not fail the others: tests that need it are skipped, with the reason.
set -u
cd "$(dirname "$0")/.."
ort_version=1.30.0
apt_packages="python3-onnx python3-numpy python3-sklearn libopenblas0"
missing=0

report() { echo "setup: $*" >&2; missing=1; }

case "$(uname -s)" in
  Linux) os=linux library=libonnxruntime.so.1 ;;
  Darwin) os=darwin library=libonnxruntime.1.dylib ;;
  *) os=win32 library=onnxruntime.dll ;;
esac
case "$(uname -m)" in
  aarch64 | arm64) arch=arm64 ;;
  *) arch=x64 ;;
esac

install_onnxruntime() {
  local target=.native/onnxruntime staging=.native/staging
  if [ -f "$target/$library" ] && [ "$(cat "$target/VERSION" 2>/dev/null)" = "$ort_version" ]; then
    return 0
  fi
  command -v npm >/dev/null || { report "npm is not installed; ONNX Runtime $ort_version was not. Install Node.js, or set ORT_DYLIB_PATH."; return 0; }
  rm -rf "$staging" && mkdir -p "$staging" "$target"
  if ! npm install --ignore-scripts --no-audit --no-fund --silent --prefix "$staging" "onnxruntime-node@$ort_version" >/dev/null 2>"$staging/log"; then
    report "npm could not install onnxruntime-node@$ort_version: $(tail -n 1 "$staging/log")"
  elif [ ! -f "$staging/node_modules/onnxruntime-node/bin/napi-v6/$os/$arch/$library" ]; then
    report "onnxruntime-node@$ort_version has no library for $os/$arch. Set ORT_DYLIB_PATH to one."
  else
    find "$staging/node_modules/onnxruntime-node/bin/napi-v6/$os/$arch" -maxdepth 1 -type f ! -name '*.node' -exec cp {} "$target/" \;
    echo "$ort_version" >"$target/VERSION"
    echo "setup: installed ONNX Runtime $ort_version in $target"
  fi
  rm -rf "$staging"
}

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

install_onnxruntime
install_apt_packages
[ "$missing" = 0 ] || echo "setup: some optional parts are missing, see above" >&2
exit 0
