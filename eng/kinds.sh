#!/usr/bin/env bash
# Quantizes a model of each kind by the defaults and writes what came of it: usage: eng/kinds.sh [OUT.md] [VERB]   (VERB: quantize or optimize; KINDS: folder of models, made by eng/kinds.py when it is missing; PYTHON: one with
# python3-onnx, python3-torch and python3-sklearn of Debian)
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-benchmarks/results/kinds.md}
verb=${2:-quantize}
kinds=${KINDS:-$(mktemp -d)}
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll
[ -f "$tool" ] || dotnet build src/Inference.Cli -c Release -v q --nologo || exit 1
[ -n "$(ls "$kinds")" ] || "${PYTHON:-/usr/bin/python3}" eng/kinds.py "$kinds" || exit 1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
inference() { dotnet "$tool" "$@"; }

# Models that are quantized already are made from one that is not.
for form in qdq:--mode=static qoperator:--format=qoperator dynamic:--mode=dynamic; do
  name=quantized_${form%%:*}
  [ -d "$kinds/$name" ] && continue
  mkdir "$kinds/$name"
  ln "$kinds"/heavy_tail_regression/*.npz "$kinds/$name"
  inference quantize "$kinds/heavy_tail_regression/model.onnx" --data "$kinds/heavy_tail_regression" ${form#*:} -o "$kinds/$name/model.onnx" > /dev/null 2>&1 || exit 1
done

one() {
  local name=$1 labels=(--labels label) drop=0.5% text
  case $name in
    no_labels) labels=() ;;
    # Of the root mean squared error, which is near the standard deviation of what is left to explain.
    *regression | conv_transpose_decoder) drop=1% ;;
  esac
  text=$(inference "$verb" "$kinds/$name/model.onnx" --data "$kinds/$name" "${labels[@]}" --max-drop "$drop" ${SEARCH_TIME:+--max-time $SEARCH_TIME} -o "$made/$name.onnx" 2>&1)
  local code=$?
  local line; line=$(echo "$text" | grep -m 1 -E '^[a-z_0-9]+ +[0-9.E+-]+ → .*drop' | sed -E 's/^([a-z_0-9]+) +/\1 | /; s/, drop ([^ ]+) %.*/ | \1 %/; s/, drop ([^ ]+) .*/ | \1/')
  local size; size=$(echo "$text" | grep -m 1 '^weights' | sed -E 's/^weights +//')
  local time; time=$(echo "$text" | grep -m 1 '^time' | sed -E 's/.*speedup ([0-9.]+).*/\1/')
  local why=""; [ "$code" = 0 ] || why=$(echo "$text" | grep -m 1 -E '^error|budget' | cut -c1-200)
  echo "| $name | ${line:- | | } | ${size:-} | ${time:-} | $code | $why |"
}

{
  echo "# Models of many kinds, \`inference $verb\` by the defaults"
  echo
  echo "Written by \`eng/kinds.sh\`: models trained by \`eng/kinds.py\` on tasks made there (256 rows to calibrate, 1,000 to search, 2,000 to report), budget 0.5 points, of regressions 1 % of the error. Times: one row, $(nproc) processors, $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)${MACHINE_NOTE:+; $MACHINE_NOTE}; models of some microseconds."
  echo
  echo "| kind | metric | source → result | drop | weights | speedup | exit | why |"
  echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
  for folder in "$kinds"/*/; do one "$(basename "$folder")"; done
} > "$out"
cat "$out"
