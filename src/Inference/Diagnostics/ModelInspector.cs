using System.Collections.ObjectModel;
using Inference.Engine;
using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Placement;
using Inference.Providers;

namespace Inference.Diagnostics;

/// <summary>Describes models without running them. Thread-safe.</summary>
public static class ModelInspector
{
    /// <summary>Describes a model. A model with unsupported operators is described too, without the properties that require loading it.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">The load options; null for the defaults.</param>
    /// <param name="providers">Providers other than <c>cpu</c> that the options may name; null for none.</param>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    public static ModelDescription Inspect(ModelSource source, ModelLoadOptions? options = null, IEnumerable<ExecutionProvider>? providers = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new();
        using OnnxModel file = ModelLoader.ReadFile(source, options);
        try
        {
            using IModelRunner runner = new ModelLoader(providers).Load(source, options);
            return Describe(file, runner.Info, runner, []);
        }
        catch (UnsupportedModelException exception)
        {
            var info = new ModelInfo
            {
                Name = options.Name ?? ModelLoader.NameOf(source, file),
                Digest = ModelDigest.Of(file, RunControl.None),
                Inputs = [.. file.Graph.Inputs.Select(Port)],
                Outputs = [.. file.Graph.Outputs.Select(Port)],
                Deterministic = false,
            };
            return Describe(file, info, null, exception.Operators);
        }
    }

    private static ModelDescription Describe(OnnxModel file, ModelInfo info, IModelRunner? runner, IReadOnlyList<string> unsupported)
    {
        IReadOnlyList<OnnxTensor> tensors = file.GetTensors();
        OperatorUse[] operators = OperatorCount.Of(file, unsupported);
        return new()
        {
            Name = info.Name,
            Digest = info.Digest,
            IrVersion = file.IrVersion,
            Producer = $"{file.ProducerName} {file.ProducerVersion}".Trim(),
            Opsets = Opsets(file),
            Inputs = info.Inputs,
            Outputs = info.Outputs,
            Operators = operators,
            Unsupported = unsupported,
            Parameters = tensors.Sum(t => t.ElementCount),
            ParameterBytes = tensors.Sum(t => t.ElementType == OnnxElementType.String ? t.StringData.Sum(s => (long)s.Length) : ((ElementType)(int)t.ElementType).ByteCount(t.ElementCount)),
            FileBytes = file.IsEncrypted && file.SourcePath is { } encrypted ? new FileInfo(encrypted).Length : file.SourceBytes.Length + file.GetExternalDataFiles().Sum(path => new FileInfo(path).Length),
            Metadata = new ReadOnlyDictionary<string, string>(file.Metadata.DistinctBy(m => m.Key).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal)),
            BatchAxis = info.BatchAxis,
            RowIndependent = info.RowIndependent,
            Deterministic = info.Deterministic,
            Placement = runner is null ? [] : Placement(runner, file, operators),
        };
    }

    private static ReadOnlyDictionary<string, long> Opsets(OnnxModel file)
    {
        var opsets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (OnnxOperatorSet set in file.OperatorSets)
        {
            opsets[OperatorCount.DomainName(set.Domain)] = set.Version;
        }

        return opsets.AsReadOnly();
    }

    private static ModelPort Port(OnnxValueInfo info) => new(info.Name, TypeImport.FromOnnx(info.Type) ?? ModelValueType.Tensor(ElementType.Undefined));

    private static PlacedNodes[] Placement(IModelRunner runner, OnnxModel file, OperatorUse[] operators) =>
        runner.GetService(typeof(ManagedModel)) is ManagedModel managed
            ? [.. managed.Model.Placement.Parts.Select(p => new PlacedNodes { Provider = p.Provider, Nodes = p.Nodes, Operators = p.Operators })]
            : [new() { Provider = runner.Info.Provider, Nodes = file.Graph.Nodes.Count, Operators = [.. operators.Select(o => o.Name)] }];
}
