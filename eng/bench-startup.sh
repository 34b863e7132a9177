#!/usr/bin/env bash
# Measures what starting each model costs on cpu and onnxruntime and writes benchmarks/results/startup.md. All in fresh child processes, the providers in turns, medians:
# cold process (start of the process to its first result), second model (load + first run after another model was loaded and run: the one before it in the list),
# and growth of peak resident memory from before the load to after eleven runs.
# usage: eng/bench-startup.sh [--processes N] [--threads N] [--models DIR] [--perf DIR] [--only PATTERN] [--rows FILE] [--out FILE]
# --rows FILE keeps the raw figures and adds to what is there, so that a long measurement can be made in parts; --no-build uses what was built.
set -euo pipefail
cd "$(dirname "$0")/.."
processes=7 threads=1 models=${INFERENCE_TEST_DATA:-../shared}/models perf="" only="" rows="" out=benchmarks/results/startup.md build=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --processes) processes=$2 ;;
    --threads) threads=$2 ;;
    --models) models=$2 ;;
    --perf) perf=$2 ;;
    --only) only=$2 ;;
    --rows) rows=$2 ;;
    --out) out=$2 ;;
    --no-build) build=no; set -- "$1" "$@" ;;
    *) sed -n 2,6p "$0" >&2; exit 64 ;;
  esac
  shift 2
done

[ "$build" = no ] || dotnet build -c Release src/Inference.Cli -v q --nologo -clp:NoSummary
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli
rows_file=${rows:-$(mktemp)}
[ -n "$rows" ] || trap 'rm -f "$rows_file"' EXIT
touch "$rows_file"

class_of() {
  [ "$2" = perf ] && { case "$1" in *_int8) echo "production size, int8" ;; *) echo "production size, f32" ;; esac; return; }
  case "$1" in
    q_* | qlstm_scan) echo "quantized" ;;
    mnist_resnet | cifar_cnn | superres | ultraface | fastestdet | ppocr_cls | ppocr_rec | squeezenet_fp16) echo "CNN" ;;
    iris_mlp | adult_wide_deep | mnist_mlp | oww_classifier) echo "MLP" ;;
    spam_minilm_op11 | tinybert | t5_encoder | gpt2_past_contrib) echo "small transformer" ;;
    silero_vad_v4 | silero_vad_v5 | dtln_1 | gtcrn_simple | nnsplit_bilstm) echo "recurrent" ;;
    adult_gbdt | forest_skl | wine_lgbm_tensor | wine_xgb_tree | mnist_lr_skl) echo "trees and linear" ;;
    *) echo "other" ;;
  esac
}

# The figure NAME of a backend.
field() { echo "$1" | sed -n "s/.*\"$2\":{[^}]*\"$3\":\([0-9.]*\).*/\1/p"; }

measure() {
  local folder=$1 name=$2 set=$3 after=$4 json key line
  if json=$("$tool" bench "$folder" --backends cpu,onnxruntime --cold --processes "$processes" --after "$after" --threads "$threads" --json 2>/tmp/startup-error.$$); then
    line="$(class_of "$name" "$set")	$name"
    for key in process_ms second_ms peak_bytes; do line="$line	$(field "$json" cpu $key)	$(field "$json" onnxruntime $key)"; done
    echo "$line" >>"$rows_file"
    echo "$line" >&2
  else
    echo "$name: $(cat /tmp/startup-error.$$)" >&2
  fi
  rm -f /tmp/startup-error.$$
}

each() {
  local folder name last
  last=$(printf '%s\n' "$1"/*/ | tail -n 1)
  for folder in "$1"/*/; do
    name=$(basename "$folder")
    [ -f "$folder/model.onnx" ] || continue
    if [[ $name == *"$only"* ]] && ! cut -f 2 "$rows_file" | grep -qx "$name"; then
      measure "$folder" "$name" "$2" "$last"
    fi
    last=$folder
  done
}

each "$models" models
[ -z "$perf" ] || each "$perf" perf

mkdir -p "$(dirname "$out")"
{
  echo "# Start-up and memory"
  echo
  echo "\`eng/bench-startup.sh --processes $processes --threads $threads\`, $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), .NET $(dotnet --version)."
  echo "Fresh child processes, the providers in turns, medians. *Process*: from the start of the process to its first result, ms (both are .NET programs: the runtime's own start is in both)."
  echo "*Second*: load + first run, ms, in a process that loaded and ran another model before (the one before it in the list). *Peak*: growth of the highest resident memory from before the load to after eleven runs, MiB."
  awk -F '\t' '
    { rows[NR] = $0; n[$1]++; s[$1] += log($6 / $5); d[$1] += $3 - $4; m[$1] += log($7 / $8)
      if (!($1 in ws) || $6 / $5 < ws[$1]) { ws[$1] = $6 / $5; wsn[$1] = $2 } if (!($1 in wd) || $3 - $4 > wd[$1]) { wd[$1] = $3 - $4; wdn[$1] = $2 }
      if (!($1 in wm) || $7 / $8 > wm[$1]) { wm[$1] = $7 / $8; wmn[$1] = $2 } }
    END {
      print "\n| class | second: ORT ÷ ours, geometric mean | worst | process: ours − ORT, mean ms | worst | peak: ours ÷ ORT, geometric mean | worst | models |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
      count = 0; for (key in n) { keys[++count] = key; N += n[key]; S += s[key]; D += d[key]; M += m[key] }
      for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (keys[j] < keys[i]) { t = keys[i]; keys[i] = keys[j]; keys[j] = t }
      printf "| all | %.2f | | %+.0f | | %.2f | | %d |\n", exp(S / N), D / N, exp(M / N), N
      for (i = 1; i <= count; i++) { k = keys[i]; printf "| %s | %.2f | %.2f (%s) | %+.0f | %+.0f (%s) | %.2f | %.2f (%s) | %d |\n", k, exp(s[k] / n[k]), ws[k], wsn[k], d[k] / n[k], wd[k], wdn[k], exp(m[k] / n[k]), wm[k], wmn[k], n[k] }
      print "\n| model | class | process cpu | ORT | second cpu | ORT | ratio | peak cpu | ORT | ratio |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
      for (i = 1; i <= NR; i++) { split(rows[i], f, "\t"); printf "| %s | %s | %.0f | %.0f | %.1f | %.1f | %.2f | %.1f | %.1f | %.2f |\n", f[2], f[1], f[3], f[4], f[5], f[6], f[6] / f[5], f[7] / 1048576, f[8] / 1048576, f[7] / f[8] }
    }' "$rows_file"
} >"$out"
echo "wrote $out" >&2
