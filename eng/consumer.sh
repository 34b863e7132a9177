#!/usr/bin/env bash
# Packs every package into artifacts/packages, restores Inference from that folder into a fresh console project outside the tree, and runs a model with it.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
rm -rf artifacts/packages
dotnet pack Inference.sln -c Release --nologo -v quiet -clp:NoSummary
ls artifacts/packages/*.nupkg | sed 's|.*/|consumer: packed |'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <packageSources><add key="local" value="$root/artifacts/packages" /></packageSources>
</configuration>
XML
cat >"$work/Consumer.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup><PackageReference Include="Inference" Version="0.1.0" /></ItemGroup>
</Project>
XML
cat >"$work/Program.cs" <<'CS'
using Inference;

using IModelRunner runner = ModelRunner.Load(args[0]);
using var inputs = new NamedValues();
foreach (ModelPort port in runner.Info.Inputs)
{
    TensorValue zeros = TensorValue.Allocate(port.Type.ElementType, port.Type.Shape!.Select(d => d.Size ?? 1).ToArray());
    zeros.AsWritableBytes().Clear();
    inputs.Add(port.Name, zeros);
}

using NamedValues outputs = runner.Run(inputs);
Console.WriteLine($"consumer: {runner.Info.Name}: {string.Join(", ", outputs.Select(o => $"{o.Key} {o.Value}"))}");
CS
model=$(find samples -name '*.onnx' | head -n 1)
[ -n "$model" ] || { echo "consumer: no model is shipped in samples/"; exit 1; }
cd "$work"
dotnet run -c Release -- "$root/$model"
