#!/usr/bin/env bash
# Checks signatures against independent programs: bundles of `inference sign` by npm's @sigstore/verify, bundles of @sigstore/sign by `inference verify-signature`, certificate chains by openssl.
# usage: eng/signing.sh [FIXTURE]      with FIXTURE, keeps a signed folder of @sigstore/sign and its key there, for the test that runs without npm
set -euo pipefail
cd "$(dirname "$0")/.."
for program in node npm openssl; do
  command -v "$program" > /dev/null || { echo "signing: skipped, $program is not installed"; exit 0; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SIGSTORE_PACKAGES="$work/npm"
mkdir "$SIGSTORE_PACKAGES"
(cd "$SIGSTORE_PACKAGES" && npm init -y > /dev/null && timeout 120 npm install --silent --no-audit --no-fund @sigstore/bundle @sigstore/sign @sigstore/verify > install.log 2>&1) \
  || { echo "signing: skipped, the packages of Sigstore could not be installed: $(tail -1 "$SIGSTORE_PACKAGES/install.log")"; exit 0; }

dotnet build -c Release src/Inference.Cli -m:1 -v q --nologo -clp:NoSummary
inference() { dotnet src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll "$@"; }
sigstore() { node eng/signing.mjs "$@"; }
failures=0
# expect RESULT WHAT COMMAND…: RESULT is 0 (accepted) or 1 (refused)
expect() {
  local wanted=$1 what=$2 got=0
  shift 2
  "$@" > "$work/out" 2>&1 || got=1
  if [ "$got" = "$wanted" ]; then echo "ok    $what"; else echo "WRONG $what: $(tail -1 "$work/out")"; failures=$((failures + 1)); fi
}

model="$work/m"
mkdir -p "$model/data"
printf 'model' > "$model/model.onnx"
printf 'weights' > "$model/data/weights.bin"
: > "$model/empty"
hash_of() { case $1 in prime256v1) echo sha256 ;; secp384r1) echo sha384 ;; secp521r1) echo sha512 ;; esac; }
for curve in prime256v1 secp384r1 secp521r1; do
  openssl ecparam -name "$curve" -genkey -noout -out "$work/$curve.pem"
  openssl ec -in "$work/$curve.pem" -pubout -out "$work/$curve.pub" 2> /dev/null
  inference sign "$model" --key "$work/$curve.pem" > /dev/null
  expect 0 "$curve: ours verifies by the envelope" sigstore check "$model/model.sig" "$work/$curve.pub" "$(hash_of "$curve")"
  # The package uses SHA-256 with every curve; the specification's registry pairs it with P-256 alone.
  [ "$curve" != prime256v1 ] || expect 0 "$curve: ours verifies with @sigstore/verify" sigstore verify "$model/model.sig" "$work/$curve.pub"
  sed 's/"sig":"\(.\{20\}\)./"sig":"\1A/' "$model/model.sig" > "$work/bad.sig"
  expect 1 "$curve: a changed signature is refused by @sigstore/verify" sigstore verify "$work/bad.sig" "$work/$curve.pub"
  expect 1 "$curve: and here" inference verify-signature "$model" --signature "$work/bad.sig" --key "$work/$curve.pub"
  rm "$model/model.sig"
  sigstore sign "$model" "$work/$curve.pem" "$model/model.sig"
  expect 0 "$curve: theirs verifies here" inference verify-signature "$model" --key "$work/$curve.pub"
  printf 'x' >> "$model/data/weights.bin"
  expect 1 "$curve: theirs with a changed file is refused here" inference verify-signature "$model" --key "$work/$curve.pub"
  printf 'weights' > "$model/data/weights.bin"
done
expect 1 "theirs under another key is refused here" inference verify-signature "$model" --key "$work/prime256v1.pub"

if [ $# -gt 0 ]; then
  rm -rf "$1"
  mkdir -p "$1"
  rm "$model/model.sig"
  cp -r "$model" "$1/model"
  sigstore sign "$1/model" "$work/prime256v1.pem" "$1/model/model.sig"
  cp "$work/prime256v1.pub" "$1/key.pub"
  echo "fixture: $1"
fi

# certificate NAME ISSUER DAYS EXTENSIONS: a key and its certificate; the issuer itself for a root.
certificate() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr" 2> /dev/null
  printf '%b' "$4" > "$work/$1.ext"
  if [ "$1" = "$2" ]; then signer=(-signkey "$work/$1.key"); else signer=(-CA "$work/$2.crt" -CAkey "$work/$2.key" -CAcreateserial); fi
  openssl x509 -req -in "$work/$1.csr" "${signer[@]}" -days "$3" -extfile "$work/$1.ext" -out "$work/$1.crt" 2> /dev/null
}
ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign'
leaf='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning'
certificate root root 300 "$ca"
certificate other other 300 "$ca"
certificate middle root 200 "$ca"
certificate short root 200 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign'
certificate below short 200 "$ca"
certificate fake root 200 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature'
certificate nosign root 200 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign'
certificate direct root 100 "$leaf"
certificate good middle 100 "$leaf"
certificate toodeep below 100 "$leaf"
certificate byfake fake 100 "$leaf"
certificate bynosign nosign 100 "$leaf"
certificate expired middle -1 "$leaf"
# compare NAME ROOT INTERMEDIATES…: openssl and inference must agree.
compare() {
  local name=$1 root=$2 verdict=0
  shift 2
  : > "$work/middle.pem"
  for one in "$@"; do cat "$work/$one.crt" >> "$work/middle.pem"; done
  cat "$work/$name.crt" "$work/middle.pem" > "$work/chain.pem"
  openssl verify -CAfile "$work/$root.crt" $([ $# = 0 ] || echo -untrusted "$work/middle.pem") "$work/$name.crt" > /dev/null 2>&1 || verdict=1
  rm -f "$model/model.sig"
  inference sign "$model" --key "$work/$name.key" --certificate-chain "$work/chain.pem" > /dev/null
  expect "$verdict" "certificate $name under $root by [$*]: $([ "$verdict" = 0 ] && echo accepted || echo refused), as openssl" inference verify-signature "$model" --certificate-roots "$work/$root.crt"
}
compare direct root
compare good root middle
compare good root
compare good other middle
compare toodeep root below short
compare byfake root fake
compare bynosign root nosign
compare expired root middle
compare good middle
[ "$failures" = 0 ] || { echo "signing: $failures checks failed" >&2; exit 1; }
echo "signing: all checks passed"
