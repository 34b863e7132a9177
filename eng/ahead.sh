#!/usr/bin/env bash
# Publishes tests/Inference.Ahead with NativeAOT and runs it over models: every result is compared with the expected one, once as it is, once where the system refuses memory that becomes executable
# (Linux), and once within 64 MB for the small models (where a control group can be made). Writes the table benchmarks/results/ahead-of-time.md if --out says so. Exit code 1 where a result differs.
# usage: eng/ahead.sh [--models DIR] [--five] [--set ISA] [--out FILE] [--no-build]; eng/ahead.sh --publish publishes the program alone
set -euo pipefail
cd "$(dirname "$0")/.."
models=${INFERENCE_TEST_DATA:-../shared}/models five=no set=native out="" build=yes run=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --models) models=$2; shift ;;
    --five) five=yes ;;
    --set) set=$2; shift ;;
    --out) out=$2; shift ;;
    --no-build) build=no ;;
    --publish) run=no ;;
    *) sed -n 2,5p "$0" >&2; exit 64 ;;
  esac
  shift
done
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) rid=linux-x64 ;;
  Linux-aarch64) rid=linux-arm64 ;;
  Darwin-arm64) rid=osx-arm64 ;;
  Darwin-x86_64) rid=osx-x64 ;;
  *) rid=win-x64 ;;
esac
folder=artifacts/ahead
# The linker is clang, or gcc where there is no clang.
linker=()
command -v clang >/dev/null || linker=(-p:CppCompilerAndLinker=gcc)
[ "$build" = no ] || dotnet publish tests/Inference.Ahead -c Release -r "$rid" -o "$folder" -v q --nologo -clp:NoSummary -p:IlcInstructionSet="$set" "${linker[@]}"
program=$folder/Inference.Ahead
[ "$run" = yes ] || exit 0

folders=("$models")
if [ "$five" = yes ]; then folders=(); for name in iris_mlp mnist_mobile q_mnist_resnet_qdq_pc silero_vad_v4 tinybert; do folders+=("$models/$name"); done; fi
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${group:-}" ] || rmdir "$group" 2>/dev/null || true' EXIT
status=0

run() {
  local name=$1
  shift
  if "$@" >"$work/$name.tsv" 2>"$work/$name.err"; then
    echo "ahead: $name: $(($(wc -l <"$work/$name.tsv") - 1)) models, all results as expected, peak $(tail -n 1 "$work/$name.tsv" | cut -f 4) MiB" >&2
  else
    echo "ahead: $name: failed" >&2
    grep -v "	pass	" "$work/$name.tsv" >&2 || true
    cat "$work/$name.err" >&2
    status=1
  fi
}

# A control group with 64 MB of memory; empty where none can be made.
make_group() {
  if [ -w /sys/fs/cgroup/memory ] && mkdir -p "/sys/fs/cgroup/memory/inference-$$" 2>/dev/null && echo $((64 << 20)) >"/sys/fs/cgroup/memory/inference-$$/memory.limit_in_bytes" 2>/dev/null; then
    echo "/sys/fs/cgroup/memory/inference-$$"
  elif [ -w /sys/fs/cgroup/cgroup.subtree_control ] && mkdir -p "/sys/fs/cgroup/inference-$$" 2>/dev/null && echo $((64 << 20)) >"/sys/fs/cgroup/inference-$$/memory.max" 2>/dev/null; then
    echo "/sys/fs/cgroup/inference-$$"
  fi
}

run "as it is" "$program" "${folders[@]}"
refused="not run"
if [ "$(uname -s)" = Linux ]; then
  run "no new executable memory" "$program" --no-new-code "${folders[@]}"
  [ -s "$work/no new executable memory.tsv" ] && refused="run"
fi

# Each small model in a process of its own.
small=""
group=$(make_group)
if [ -n "$group" ]; then
  small=0
  for file in $(find "${folders[@]}" -name model.onnx -size -2048k | sort); do
    name=$(basename "$(dirname "$file")")
    run "64 MB: $name" bash -c 'echo $$ >"$1/cgroup.procs" && exec "$2" "$3"' - "$group" "$program" "$(dirname "$file")"
    small=$((small + 1))
  done
else
  echo "ahead: 64 MB: not run, this process cannot make a control group" >&2
fi

if [ -n "$out" ]; then
  {
    echo "# Published ahead of time"
    echo
    echo "\`eng/ahead.sh --out $out\`, $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), .NET $(dotnet --version), instructions: $set."
    echo "One program ($(du -k "$program" | cut -f 1) KiB) loads every model and runs all its data sets, one thread; each result is compared with the expected one. Load and first run are those of a further model of the process, ms."
    echo "Memory that becomes executable refused: $refused, $([ -s "$work/no new executable memory.tsv" ] && tail -n 1 "$work/no new executable memory.tsv" | sed 's/failed\t\([0-9]*\).*/\1 differ/'). Within 64 MB: ${small:-not run}$([ -z "$small" ] || echo " models of at most 2 MB, each in a process of its own")."
    echo "Highest resident memory after all models: $(tail -n 1 "$work/as it is.tsv" | cut -f 4) MiB."
    echo
    echo "| model | result | load | first run |"
    echo "| --- | --- | --- | --- |"
    sed '$d' "$work/as it is.tsv" | awk -F '\t' '{ printf "| %s | %s | %s | %s |\n", $1, $2, $3, $4 }'
  } >"$out"
  echo "wrote $out" >&2
fi
exit $status
