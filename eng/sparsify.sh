#!/usr/bin/env bash
# Writes benchmarks/results/sparsify.md: attention over long sequences before and after `inference sparsify`. usage: eng/sparsify.sh [OUT.md]   (LONG: folder of the trained model, made by eng/long_range.py when it is missing, an hour;
# MACHINE_NOTE: what a reader of the times should know; PYTHON: one with python3-onnx and python3-torch of Debian)
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-benchmarks/results/sparsify.md}
python=${PYTHON:-/usr/bin/python3}
long=${LONG:-$(mktemp -d)}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll
[ -f "$tool" ] || dotnet build src/Inference.Cli -c Release -v q --nologo || exit 1
[ -f "$long/model.onnx" ] || "$python" eng/long_range.py "$long" || exit 1
"$python" eng/attention_models.py "$scratch/models" || exit 1
inference() { dotnet "$tool" "$@"; }

# Microseconds of the nodes that attention consists of: all but the layers around it.
attention() { inference profile "$1" --data "$2" --threads 1 --json | "$python" eng/metrics.py attention; }

judged() {
  printf '\n```\n$ inference sparsify model.onnx -o %s.onnx --labels label %s\n' "$1" "${*:2}"
  inference sparsify "$long/model.onnx" -o "$scratch/$1.onnx" --data "$long" --labels label "${@:2}" 2>&1 | grep -E '^(sparsify|weights|time|token_accuracy|attention|layer|note:| +[^ ]+ +Softmax)' | cut -c1-300
  printf 'exit %s\n```\n' "${PIPESTATUS[0]}"
}

bench() {
  printf '| %s |' "$1"
  for backend in cpu onnxruntime; do
    inference bench "$2" "$3" --backends $backend --threads 1 --json 2>/dev/null | "$python" eng/metrics.py pair
  done
  echo
}

{
  printf '# Attention over long sequences: figures\n\nWritten by `eng/sparsify.sh`. Times: one row, one thread, %s processors, %s%s.\n' "$(nproc)" "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)" "${MACHINE_NOTE:+; $MACHINE_NOTE}"
  printf '\n## A task of 2,048 tokens that a window does not solve\n\nThe model and its task are made by `eng/long_range.py`: two layers of four heads; patterns are chosen on 64 rows and reported on 128 others.\n'
  judged window --window 128
  judged patterns --max-drop 0.3%
} > "$out"
cat "$out"
