#!/usr/bin/env bash
# usage: curl.sh http://127.0.0.1:PORT
set -euo pipefail
url=$1
expect() { [ "$1" = "$2" ] || { echo "expected $2, got $1" >&2; exit 1; }; }
[[ $(curl -sf "$url/v2/models/iris_mlp") == *'"datatype":"FP32"'* ]]
name=$(curl -sf "$url/v2/models/iris_mlp" | sed -E 's/.*"inputs":\[\{"name":"([^"]*)".*/\1/')
body="{\"inputs\":[{\"name\":\"$name\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[[5.1,3.5,1.4,0.2]]}]}"
plain=$(curl -sf -d "$body" "$url/v2/models/iris_mlp/infer")
packed=$(printf %s "$body" | gzip | curl -sf --compressed -H 'Content-Encoding: gzip' --data-binary @- "$url/v2/models/iris_mlp/infer")
expect "$packed" "$plain"
# JSON and bytes: the same values as little-endian floats.
json="{\"inputs\":[{\"name\":\"$name\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}}]}"
binary=$({ printf %s "$json"; printf '\x33\x33\xa3\x40\x00\x00\x60\x40\x33\x33\xb3\x3f\xcd\xcc\x4c\x3e'; } | curl -sf -H "Inference-Header-Content-Length: ${#json}" --data-binary @- "$url/v2/models/iris_mlp/infer")
expect "$binary" "$plain"
expect "$(curl -s -o /dev/null -w '%{http_code}' -d '{' "$url/v2/models/iris_mlp/infer")" 400
expect "$(curl -s -o /dev/null -w '%{http_code}' -d "$body" "$url/v2/models/none/infer")" 404
expect "$(curl -s -o /dev/null -w '%{http_code}' "$url/v2/health/ready")" 200
