#!/usr/bin/env bash
# Measures every model on cpu and onnxruntime, in turns in one process, and writes benchmarks/results/<cpu>.md: medians, ratios, geometric means by class.
# usage: eng/bench-models.sh [--seconds S] [--threads "1 2"] [--models DIR] [--perf DIR] [--only PATTERN] [--out FILE]
# Run it on a machine that does nothing else: figures taken beside other work mean nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=5 threads="1 2" models=${INFERENCE_TEST_DATA:-../shared}/models perf="" only="" out=""
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=$2 ;;
    --threads) threads=$2 ;;
    --models) models=$2 ;;
    --perf) perf=$2 ;;
    --only) only=$2 ;;
    --out) out=$2 ;;
    *) sed -n 2,4p "$0" >&2; exit 64 ;;
  esac
  shift 2
done

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
cpu=${cpu:-$(uname -m)}
out=${out:-benchmarks/results/$(echo "$cpu" | tr -cs 'A-Za-z0-9' '-' | tr 'A-Z' 'a-z' | sed 's/^-//; s/-$//').md}
project=src/Inference.Cli
dotnet build -c Release "$project" -v q --nologo -clp:NoSummary
tool=$project/bin/Release/net10.0/Inference.Cli
rows_file=$(mktemp)
trap 'rm -f "$rows_file"' EXIT

class_of() {
  case "$1" in
    *_int8) echo "production size, int8" ;;
    q_* | qlstm_scan) echo "quantized" ;;
    mnist_resnet | cifar_cnn | superres | ultraface | fastestdet | ppocr_cls | ppocr_rec | squeezenet_fp16) echo "CNN" ;;
    iris_mlp | adult_wide_deep) echo "tiny MLP" ;;
    mnist_mlp | oww_classifier) echo "GEMV-bound" ;;
    spam_minilm_op11 | tinybert | t5_encoder | gpt2_past_contrib) echo "small transformer" ;;
    silero_vad_v4 | silero_vad_v5 | dtln_1 | gtcrn_simple | nnsplit_bilstm) echo "recurrent" ;;
    adult_gbdt | forest_skl | wine_lgbm_tensor | wine_xgb_tree | mnist_lr_skl) echo "trees and linear" ;;
    *) [ "$2" = perf ] && echo "production size, f32" || echo "other" ;;
  esac
}

field() { echo "$1" | sed -n "s/.*\"$2\":{\"p50_us\":\([0-9.]*\).*/\1/p"; }

# One line of the table: class, model, variant, threads, cpu µs, onnxruntime µs, ratio, bytes a run.
measure() {
  local folder=$1 name=$2 set=$3 variant=$4 count=$5 class json
  shift 5
  class=$(class_of "$name" "$set")
  if json=$("$tool" bench "$folder" --backends cpu,onnxruntime --threads "$count" --seconds "$seconds" --json "$@" 2>/tmp/bench-error.$$); then
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$class" "$name" "$variant" "$count" "$(field "$json" cpu)" "$(field "$json" onnxruntime)" \
      "$(echo "$json" | sed -n 's/.*"ratio":\([0-9.]*\).*/\1/p')" "$(echo "$json" | sed -n 's/.*"cpu":{[^}]*"allocated_bytes_per_run":\([0-9]*\).*/\1/p')" >>"$rows_file"
  elif grep -q 'with a dynamic first dimension, found none' /tmp/bench-error.$$; then
    # Fixed shapes: there is no such case.
    rm -f /tmp/bench-error.$$
    return
  else
    printf '%s\t%s\t%s\t%s\t\t\t\t%s\n' "$class" "$name" "$variant" "$count" "$(tr '\n|' '  ' </tmp/bench-error.$$ | cut -c1-120)" >>"$rows_file"
  fi
  rm -f /tmp/bench-error.$$
  echo "$name $variant, $count thread(s): $(tail -n 1 "$rows_file" | cut -f 7)" >&2
}

each() {
  local folder name count data
  for folder in "$1"/*/; do
    name=$(basename "$folder")
    [ -f "$folder/model.onnx" ] && [[ $name == *"$only"* ]] || continue
    for count in $threads; do
      measure "$folder" "$name" "$2" "as stored" "$count"
      case $(class_of "$name" "$2") in
        "tiny MLP" | "GEMV-bound") measure "$folder" "$name" "$2" "1 row" "$count" --rows 1 ;;
        "trees and linear") measure "$folder" "$name" "$2" "1 row" "$count" --rows 1; measure "$folder" "$name" "$2" "256 rows" "$count" --rows 256 ;;
      esac
      if [ "$2" = perf ]; then
        for data in "$folder"test_data_set_[1-9]*/; do
          [ -d "$data" ] || continue
          measure "$folder" "$name" "$2" "$(basename "$data" | sed 's/test_data_/data /; s/_/ /g')" "$count" --inputs "$data"
        done
      fi
    done
  done
}

each "$models" models
[ -z "$perf" ] || each "$perf" perf

mkdir -p "$(dirname "$out")"
{
  echo "# $cpu"
  echo
  echo "\`eng/bench-models.sh --seconds $seconds --threads \"$threads\"\`, $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), .NET $(dotnet --version), ONNX Runtime: all graph optimizations, the better of spinning and not."
  echo "Medians of bound runs, µs; ratio = onnxruntime ÷ cpu, above 1: cpu is faster."
  awk -F '\t' '
    { rows[NR] = $0; if ($7 != "") { key = $1 "\t" $4; logs[key] += log($7); n[key]++; if (!(key in worst) || $7 < worst[key]) { worst[key] = $7; name[key] = $2 ", " $3 }
        if ($3 == "as stored" && $1 !~ /production/) { all[$4] += log($7); m[$4]++ } } }
    END {
      print "\n| class | threads | geometric mean | worst | cases |\n| --- | --- | --- | --- | --- |"
      for (t in all) printf "| all models as stored | %s | %.2f | | %d |\n", t, exp(all[t] / m[t]), m[t]
      count = 0; for (key in logs) keys[++count] = key
      for (i = 1; i <= count; i++) for (j = i + 1; j <= count; j++) if (keys[j] < keys[i]) { s = keys[i]; keys[i] = keys[j]; keys[j] = s }
      for (i = 1; i <= count; i++) { split(keys[i], part, "\t"); printf "| %s | %s | %.2f | %.2f (%s) | %d |\n", part[1], part[2], exp(logs[keys[i]] / n[keys[i]]), worst[keys[i]], name[keys[i]], n[keys[i]] }
      print "\n| model | class | case | threads | cpu µs | onnxruntime µs | ratio | bytes a run |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
      for (i = 1; i <= NR; i++) { split(rows[i], f, "\t"); printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", f[2], f[1], f[3], f[4], f[5], f[6], f[7], f[8] }
    }' "$rows_file"
} >"$out"
echo "wrote $out" >&2
