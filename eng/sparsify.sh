#!/usr/bin/env bash
# Writes benchmarks/results/sparsify.md: attention over long sequences before and after `inference sparsify`, and what zero weights would save. usage: eng/sparsify.sh [OUT.md]   (DATA: folder of models and data; LONG: folder of the trained model, made by eng/long_range.py when it is missing; MACHINE_NOTE:
# what a reader of the times should know; PYTHON: one with python3-onnx and python3-torch of Debian)
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-benchmarks/results/sparsify.md}
python=${PYTHON:-/usr/bin/python3}
data=${DATA:-../shared}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
long=${LONG:-$scratch/long}
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll
[ -f "$tool" ] || dotnet build src/Inference.Cli -c Release -v q --nologo || exit 1
export ORT_DYLIB_PATH=${ORT_DYLIB_PATH:-$PWD/tests/Inference.OnnxRuntime.Tests/bin/Release/net10.0/runtimes/linux-x64/native/libonnxruntime.so}
[ -f "$long/model.onnx" ] || "$python" eng/long_range.py "$long" || exit 1
"$python" eng/attention_models.py "$scratch/models" || exit 1
inference() { dotnet "$tool" "$@"; }

judged() {
  printf '\n```\n$ inference sparsify model.onnx -o %s.onnx --labels label --threads 1 %s\n' "$1" "${*:2}"
  inference sparsify "$long/model.onnx" -o "$scratch/$1.onnx" --data "$long" --labels label --threads 1 "${@:2}" 2>&1 | grep -E '^(sparsify|time|token_accuracy|layer|attention scores| +/)' | cut -c1-260
  printf 'exit %s\n```\n' "${PIPESTATUS[0]}"
}

# The time of two models in turns on one backend: before → after (ratio).
pair() {
  inference compare "$1" "$2" --data "$3" --backend "$4" --other-backend "$4" --threads 1 2>/dev/null | grep -m 1 '^time' | sed -E 's/^time +//; s/\(speedup (.*)\)/| \1/'
}

# Milliseconds of what an attention consists of: the products of scores and values, and what moves heads, blocks and results.
attention() {
  inference profile "$1" --threads 1 --json | "$python" -c "
import json, sys
print(sum(o['us'] for o in json.load(sys.stdin)['operators'] if o['operator'] in ('inference.fused.Attention', 'Slice', 'Concat', 'Pad', 'Gather', 'Expand', 'Transpose', 'Split', 'Reshape', 'Identity', 'Squeeze')) / 1000)"
}

{
  printf '# Attention over long sequences: figures\n\nWritten by `eng/sparsify.sh`. Times: one row, one thread, %s processors, %s%s.\n' "$(nproc)" "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)" "${MACHINE_NOTE:+; $MACHINE_NOTE}"
  printf '\n## A task of 2,048 tokens that a window does not solve\n\nThe model and its task are made by `eng/long_range.py`: two layers of four heads of 16; patterns are chosen on 64 rows and reported on 128 others.\n'
  judged window --window 128
  judged patterns --max-drop 0.3%
  printf '\nAttention alone, by `inference profile`: the fused products and all that moves heads, blocks and results around them: %.1f ms before, %.1f ms after.\n' "$(attention "$long/model.onnx")" "$(attention "$scratch/patterns.onnx")"
  printf '\nThe whole model on ONNX Runtime, µs: %s times.\n' "$(pair "$long/model.onnx" "$scratch/patterns.onnx" "$long/test.npz" onnxruntime)"
  printf '\n## Time by tokens: a window of 128, four heads of 64\n\nA model of one attention with its transposes, dense → window, in turns; `inference sparsify --window 128`.\n\n| tokens | keys | ours, µs | times | ONNX Runtime, µs | times |\n| --- | --- | --- | --- | --- | --- |\n'
  for tokens in 512 1024 2048 4096; do
    model=$scratch/models/$tokens/model.onnx
    keys=$(inference sparsify "$model" -o "$scratch/$tokens.onnx" --data "$scratch/models/$tokens/rows.npz" --window 128 --threads 1 2>&1 | grep -m 1 -oE '[0-9]+ % of the keys' | sed 's/ of.*//')
    echo "| $tokens | $keys | $(pair "$model" "$scratch/$tokens.onnx" "$scratch/models/$tokens/rows.npz" cpu) | $(pair "$model" "$scratch/$tokens.onnx" "$scratch/models/$tokens/rows.npz" onnxruntime) |"
  done
  cat <<'N'

## Zero weights: what they would save, and what they cost

Weights that are zero in blocks, or two of each four, could be skipped by a product with an index. Best case: the product takes the time of one whose reduction is as much shorter. The drop is that of the smallest weights set to zero, without
training, on the report rows (`eng/sparse_weights.py`), beside all of them in 8 bits.

| product, f32, one thread | µs |
| --- | --- |
N
  for shape in '1 1024 1024' '1 512 1024' '256 1024 1024' '256 512 1024'; do
    "$python" eng/sparse_weights.py product "$scratch/product.onnx" $shape
    echo "| $shape | $(inference bench "$scratch/product.onnx" --backends cpu --threads 1 --json | "$python" -c 'import json, sys; print(json.load(sys.stdin)["backends"]["cpu"]["p50_us"])') |"
  done
  printf '\n| model | zero | drop (95 %%) |\n| --- | --- | --- |\n'
  for m in mnist_mlp:mnist adult_wide_deep:adult spam_minilm_op11:spam; do
    model=$data/models/${m%%:*}/model.onnx
    for form in '2of4 0.5' '1x16 0.5' '4x16 0.25' '4x16 0.5' int8; do
      if [ "$form" = int8 ]; then
        inference quantize "$model" -o "$scratch/zero.onnx" --data "$data/data/${m#*:}" --labels label > /dev/null 2>&1
      else
        "$python" eng/sparse_weights.py "$model" "$scratch/zero.onnx" $form
      fi
      echo "| ${m%%:*} | $form | $(inference compare "$model" "$scratch/zero.onnx" --data "$data/data/${m#*:}/test.npz" --labels label 2>/dev/null | grep -m 1 '^accuracy' | sed -E 's/.*drop ([^,]+),.*/\1/') |"
    done
  done
  cat <<'N'

Two of four: each output column skips other rows, so a vector of columns has no common index; on AVX-512 each multiply-add would need a permutation, which costs what it saves. Blocks of 1 × 16 and 4 × 16 could be skipped, at best in half the time at half of the
weights (no such kernel was written), but cost more accuracy than 8 bits, which take a quarter of the bytes. So neither is offered: `quantize`, `factorize` and `prune` (whole channels, which every kernel skips) come first.
N
} > "$out"
cat "$out"
