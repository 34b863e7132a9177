#!/usr/bin/env bash
# Packs every package into artifacts/packages and uses them from outside the tree: checks what each package carries, restores all libraries into a fresh console project (eng/consumer: a typed class,
# middleware and a provider with an operator of its own), runs a model with it as built and published trimmed, sees that a model that fits the class no longer fails the build by the name of its port,
# installs the tool and runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
rm -rf artifacts/packages
dotnet pack Inference.sln -c Release --nologo -v quiet -clp:NoSummary
ls artifacts/packages/*.nupkg | sed 's|.*/|consumer: packed |'
for package in artifacts/packages/*.nupkg; do
  python3 - "$package" <<'PY'
import sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
names = package.namelist()
spec = package.read(next(n for n in names if n.endswith(".nuspec"))).decode()
missing = [n for n in ("README.md", "icon.png") if n not in names]
missing += [t for t in ("<readme>", "<icon>", '<license type="expression">', "<description>") if t not in spec]
if "<packageType name=\"DotnetTool\"" not in spec:
    missing += [e for e in (".dll", ".xml") if not any(n.startswith("lib/net10.0/") and n.endswith(e) for n in names)]
    if spec.find("<id>Inference</id>") >= 0:
        missing += [n for n in ("analyzers/dotnet/cs/Inference.Generators.dll", "buildTransitive/Inference.targets", "tools/signatures/Inference.Signatures.dll",
                                "tools/signatures/Inference.Signatures.runtimeconfig.json", "tools/signatures/Inference.Onnx.dll", "samples/recommender.onnx") if n not in names]
if missing:
    sys.exit(f"consumer: {sys.argv[1]} lacks {', '.join(missing)}")
PY
  [ -f "${package%.nupkg}.snupkg" ] || { echo "consumer: $package has no symbols"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <packageSources><add key="local" value="$root/artifacts/packages" /></packageSources>
</configuration>
XML
cp eng/consumer/*.cs eng/consumer/*.csproj "$work"
model=samples/01.Quickstart/recommender.onnx
cp "$model" "$work"
cd "$work"
dotnet run -c Release -- "$root/$model"

echo "consumer: signatures"
signature=$(find obj -name '*.signature.json')
written=$(stat -c %Y.%s "$signature" 2>/dev/null || stat -f %m.%z "$signature")
sleep 1
dotnet build -c Release -v quiet --nologo -clp:NoSummary
[ "$written" = "$(stat -c %Y.%s "$signature" 2>/dev/null || stat -f %m.%z "$signature")" ] || { echo "consumer: a signature was written again for a model that did not change"; exit 1; }
dotnet run -c Release --no-build -- rename "$root/$model" "$work/recommender.onnx"
if dotnet build -c Release -v quiet --nologo -clp:NoSummary >"$work/changed.txt"; then echo "consumer: a class was built for a model that it does not fit"; exit 1; fi
for wanted in "error INF0004: .* input 'film': expected int64\[N\], the model has no such input; it has 'user', 'item'" "error INF0006: .* input 'item'" "error CS1739: .* 'film'"; do
  grep -q "$wanted" "$work/changed.txt" || { echo "consumer: expected '$wanted', got:"; cat "$work/changed.txt"; exit 1; }
done
grep -o "error INF0004.*" "$work/changed.txt" | head -n 1
cp "$root/$model" "$work/recommender.onnx"
touch "$work/recommender.onnx"

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) rid=linux-x64 ;;
  Linux-aarch64) rid=linux-arm64 ;;
  Darwin-arm64) rid=osx-arm64 ;;
  *) rid=osx-x64 ;;
esac
echo "consumer: published trimmed"
dotnet publish -c Release -r "$rid" --self-contained -o "$work/trimmed" -v quiet --nologo -clp:NoSummary \
  -p:PublishTrimmed=true -p:TrimMode=full -p:SuppressTrimAnalysisWarnings=false -p:ILLinkTreatWarningsAsErrors=true
"$work/trimmed/Consumer" "$root/$model"

echo "consumer: docs/getting-started.md, line by line"
mkdir "$work/started"
cp "$work/nuget.config" "$work/started"
python3 "$root/eng/getting_started.py" "$work/started"

echo "consumer: the tool"
dotnet tool install Inference.Cli --version 0.1.0 --tool-path "$work/tool" --configfile "$work/nuget.config"
"$work/tool/inference" --help >/dev/null
"$work/tool/inference" kernels >"$work/kernels.txt"; head -n 3 "$work/kernels.txt"
"$work/tool/inference" inspect "$root/$model" >"$work/inspect.txt"; head -n 3 "$work/inspect.txt"
echo "consumer: passed"
