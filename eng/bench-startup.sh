#!/usr/bin/env bash
# Measures what starting each model costs on cpu and onnxruntime and writes benchmarks/results/startup.md. All in fresh child processes, the providers in turns, medians:
# cold process (start of the process to its first result), second model (load + first run after another model was loaded and run: the one before it in the list),
# growth of peak resident memory from before the load to the end, and the time of the first 200 runs where it is at most 5 s. The same of cpu in a program published with NativeAOT (tests/Inference.Ahead).
# usage: eng/bench-startup.sh [--processes N] [--threads N] [--models DIR] [--perf DIR] [--only PATTERN] [--rows FILE] [--out FILE] [--no-ahead]
# --rows FILE keeps the raw figures and adds to what is there, so that a long measurement can be made in parts; --no-build uses what was built.
set -euo pipefail
cd "$(dirname "$0")/.."
processes=10 threads=1 models=${INFERENCE_TEST_DATA:-../shared}/models perf="" only="" rows="" out=benchmarks/results/startup.md build=yes ahead=artifacts/ahead/Inference.Ahead
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
    --no-ahead) ahead=""; set -- "$1" "$@" ;;
    *) sed -n 2,6p "$0" >&2; exit 64 ;;
  esac
  shift 2
done

[ "$build" = no ] || dotnet build -c Release src/Inference.Cli -v q --nologo -clp:NoSummary
tool=src/Inference.Cli/bin/Release/net10.0/Inference.Cli
if [ "$build" = yes ] && [ -n "$ahead" ]; then eng/ahead.sh --publish; fi
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

median() { sort -n | awk '{ x[NR] = $1 } END { print NR ? (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 : "" }'; }

# Process, second model and first runs of the program published ahead of time, ms; nothing where there is none.
measure_ahead() {
  local folder=$1 after=$2 i start stop times load run
  local -a process=() second=() calls=()
  if [ -n "$ahead" ]; then
    for ((i = 0; i < processes; i++)); do
      start=${EPOCHREALTIME/./}
      { read -r times; stop=${EPOCHREALTIME/./}; read -r run || run=-; } < <("$ahead" --start - "$folder")
      process+=($(((stop - start)))) calls+=("$run")
      read -r load run < <("$ahead" --start "$after" "$folder")
      second+=("$(awk "BEGIN { print $load + $run }")")
    done
  fi
  echo "$(printf '%s\n' "${process[@]}" | awk 'NF { print $1 / 1000 }' | median)	$(printf '%s\n' "${second[@]}" | awk 'NF' | median)	$(printf '%s\n' "${calls[@]}" | awk 'NF && $1 != "-"' | median)"
}

measure() {
  local folder=$1 name=$2 set=$3 after=$4 json key line
  if json=$("$tool" bench "$folder" --backends cpu,onnxruntime --cold --processes "$processes" --after "$after" --threads "$threads" --json 2>/tmp/startup-error.$$); then
    line="$(class_of "$name" "$set")	$name"
    for key in process_ms second_ms peak_bytes first_200_calls_ms; do line="$line	$(field "$json" cpu $key)	$(field "$json" onnxruntime $key)"; done
    line="$line	$(measure_ahead "$folder" "$after")"
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
  echo "*Second*: load + first run, ms, in a process that loaded and ran another model before (the one before it in the list). *Peak*: growth of the highest resident memory from before the load to the end of all runs, MiB. *200*: the first 200 runs of a process, ms, where they take at most 5 s."
  echo "*Ahead*: the same of \`cpu\` in a program that is published with NativeAOT for this machine."
  awk -F '\t' '
    function add(k, name, x) { if (x > 0) { s[k, name] += log(x); n[k, name]++; if (!((k, name) in w) || x < w[k, name]) { w[k, name] = x; who[k, name] = $2 } } }
    function all(name, x) { add("all", name, x); add($1, name, x) }
    function mean(k, name) { return n[k, name] ? sprintf("%.2f", exp(s[k, name] / n[k, name])) : "" }
    function worst(k, name) { return n[k, name] ? sprintf("%.2f (%s)", w[k, name], who[k, name]) : "" }
    function over(a, b) { return a != "" && b != "" && a > 0 ? b / a : 0 }
    { rows[NR] = $0; classes[$1]; count["all"]++; count[$1]++
      all("second", over($5, $6)); all("process", over($3, $4)); all("peak", over($8, $7)); all("calls", over($9, $10))
      all("ahead second", over($12, $6)); all("ahead process", over($11, $4)); all("ahead calls", over($13, $10)) }
    END {
      print "\nONNX Runtime ÷ ours (peak: ours ÷ ONNX Runtime), geometric means; above 1 ours is faster.\n"
      print "| class | second | worst | process | worst | 200 | worst | ahead: second | worst | ahead: process | ahead: 200 | peak | models |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
      m = 0; for (k in classes) keys[++m] = k
      for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++) if (keys[j] < keys[i]) { t = keys[i]; keys[i] = keys[j]; keys[j] = t }
      keys[0] = "all"
      for (i = 0; i <= m; i++) { k = keys[i]; printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d |\n", k, mean(k, "second"), worst(k, "second"), mean(k, "process"), worst(k, "process"), mean(k, "calls"), worst(k, "calls"), mean(k, "ahead second"), worst(k, "ahead second"), mean(k, "ahead process"), mean(k, "ahead calls"), mean(k, "peak"), count[k] }
      print "\n| model | class | process cpu | ahead | ORT | second cpu | ahead | ORT | 200 cpu | ahead | ORT | peak cpu | ORT |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
      for (i = 1; i <= NR; i++) { split(rows[i], f, "\t"); printf "| %s | %s | %.0f | %s | %.0f | %.1f | %s | %.1f | %s | %s | %s | %.1f | %.1f |\n", f[2], f[1], f[3], f[11] == "" ? "" : sprintf("%.0f", f[11]), f[4], f[5], f[12] == "" ? "" : sprintf("%.1f", f[12]), f[6], f[9] == "" ? "" : sprintf("%.1f", f[9]), f[13] == "" ? "" : sprintf("%.1f", f[13]), f[10] == "" ? "" : sprintf("%.1f", f[10]), f[7] / 1048576, f[8] / 1048576 }
    }' "$rows_file"
} >"$out"
echo "wrote $out" >&2
