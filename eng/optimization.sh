#!/usr/bin/env bash
# Reproduces benchmarks/results/optimization.md: every figure of the optimizing verbs, from the command line, on ../shared.
# Calibrates on calib, chooses on search, reports on test. usage: eng/optimization.sh [OUT.md]   (DATA: folder of models and data; SCRATCH: where models go; PYTHON: one with numpy; MACHINE_NOTE: what a reader of the times should know)
set -uo pipefail
cd "$(dirname "$0")/.."
data=${DATA:-../shared}
scratch=${SCRATCH:-$(mktemp -d)}
out=${1:-benchmarks/results/optimization.md}
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli.dll
[ -f "$tool" ] || dotnet build src/Inference.Cli -c Release -v q --nologo || exit 1
rows() { case $1 in mnist*) echo mnist ;; adult*) echo adult ;; *) echo spam ;; esac; }

# verb, title, model, options…: one block with the command and what it printed
block() {
  local verb=$1 model=$2 name=$3; shift 3
  local d; d=$(rows "$model")
  printf '\n```\n$ inference %s %s --data %s --labels label %s\n' "$verb" "$model" "$d" "${*//$scratch\//}"
  dotnet "$tool" "$verb" "$data/models/$model" -o "$scratch/$name.onnx" --data "$data/data/$d" --labels label "$@" 2>&1 |
    grep -E '^((quantize|factorize|prune|distill|optimize):|weights|time|accuracy|flips|slice|cascade|tried|multiply|training|error|layer +\(model\))' | cut -c1-600
  printf 'exit %s\n```\n' "${PIPESTATUS[0]}"
}

against_ort() {
  printf '\n```\n$ inference compare %s %s --backend cpu --other-backend onnxruntime\n' "$1.onnx" "$1.onnx"
  dotnet "$tool" compare "$scratch/$1.onnx" "$scratch/$1.onnx" --data "$data/data/$2" --labels label --other-backend onnxruntime 2>&1 | grep -E '^(accuracy|flips|error)'
  printf '```\n'
}

{
  printf '# Optimization: figures\n\nWritten by `eng/optimization.sh`: calibrated on calib, chosen on search, reported on test, which nothing else sees. '
  printf 'Times: one row, this machine, %s processors, %s%s.\n' "$(nproc)" "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)" "${MACHINE_NOTE:+; $MACHINE_NOTE}"
  printf '\n## 8 bits by the defaults\n'
  for m in mnist_mlp mnist_resnet mnist_mobile adult_wide_deep spam_minilm_op11; do
    s=(); [ "$m" = adult_wide_deep ] && s=(--slices sex,race --max-slice-drop 1%)
    block quantize "$m" "q_$m" --max-drop 0.5% "${s[@]}"
    against_ort "q_$m" "$(rows "$m")"
  done
  printf '\n### The twins made by ONNX Runtime'"'"'s tools\n'
  for t in q_mnist_mlp_dyn:mnist_mlp q_mnist_mlp_qop:mnist_mlp q_mnist_mobile_qdq_pt:mnist_mobile q_mnist_resnet_qdq_pc:mnist_resnet q_spam_minilm_dyn:spam_minilm_op11; do
    d=$(rows "${t#*:}")
    printf '\n```\n$ inference compare %s %s\n' "${t#*:}" "${t%:*}"
    dotnet "$tool" compare "$data/models/${t#*:}" "$data/models/${t%:*}" --data "$data/data/$d" --labels label 2>&1 | grep -E '^(weights|accuracy|flips|error)'
    printf '```\n'
  done
  printf '\n## Equalization, bias correction, SmoothQuant: error at the output\n'
  cat <<'N'

Equalization: on mnist_resnet the worst error falls and the mean error rises, so it is on by default only with one scale a tensor; where channels differ much in size it is what saves the
model (the test `QuantizeAsync_OneScalePerTensorWithUnequalChannels_EqualizationImprovesTheError`). mnist_mobile has no pair to equalize: its Clip at 6 stands between.
N
  block quantize mnist_resnet e0 --per-tensor --no-bias-correction --calibration minmax --equalize=false
  block quantize mnist_resnet e1 --per-tensor --no-bias-correction --calibration minmax --equalize
  block quantize mnist_resnet b0 --no-bias-correction
  block quantize mnist_resnet b1
  block quantize spam_minilm_op11 s1 --smoothquant
  printf '\n## A transformer: 4 bits, percentile\n'
  block quantize spam_minilm_op11 w4 --mode weight --bits 4 --max-drop 1%
  block quantize spam_minilm_op11 p1 --calibration percentile --max-drop 0.5%
  printf '\n## Low rank: whitened against plain\n'
  block factorize mnist_mlp f1 --max-drop 1%
  block factorize mnist_mlp f2 --plain-svd --unmeasured --max-layer-error 1
  block factorize spam_minilm_op11 f3 --unmeasured --target-macs 0.6 --max-layer-error 1
  block factorize spam_minilm_op11 f4 --unmeasured --target-macs 0.6 --max-layer-error 1 --plain-svd
  printf '\n## Pruning: refit against none\n'
  block prune mnist_resnet p2 --max-drop 1%
  block prune mnist_resnet p3 --no-refit
  printf '\n## Search under a budget\n'
  block optimize mnist_mlp o1 --max-drop 0.5% --report "$scratch/optimize.html"
  printf '\n## Students and cascades\n'
  block distill adult_wide_deep d1 --max-drop 0.3%
  block distill mnist_resnet d2 --hidden 256 --max-drop 0.3%
  printf '\n## Memory of calibration: 100 rows against 8,000\n\n```\n'
  "${PYTHON:-python3}" - "$data" "$scratch" <<'P' || exit 1
import sys, numpy as np
z = np.load(sys.argv[1] + '/data/mnist/train.npz')
for n in (100, 8000):
    np.savez(f'{sys.argv[2]}/rows{n}.npz', image=z['image'][:n], label=z['label'][:n])
P
  for n in 100 8000; do
    dotnet "$tool" quantize "$data/models/mnist_resnet" -o "$scratch/m$n.onnx" --data "$scratch/rows$n.npz" --metric agreement >/dev/null &
    pid=$!; peak=0
    while [ -r /proc/$pid/status ] && kb=$(grep VmHWM /proc/$pid/status 2>/dev/null | tr -dc 0-9) && [ -n "$kb" ]; do peak=$kb; sleep 0.02; done
    wait $pid; printf '%s rows: peak %s kB\n' "$n" "$peak"
  done
  printf '```\n'
} > "$out.new" && mv "$out.new" "$out"
