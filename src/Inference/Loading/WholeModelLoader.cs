using Inference.Import;
using Inference.Onnx;
using Inference.Placement;
using Inference.Providers;
using Inference.Rewriting.Facts;
using Inference.Serving;
using Microsoft.Extensions.Logging;

namespace Inference.Loading;

/// <summary>Hands a model in one piece to the first provider that claims all of it.</summary>
internal static class WholeModelLoader
{
    /// <summary>The runner; null where the first provider does not claim the whole model, or failed to compile it and the next one takes over.</summary>
    public static IModelRunner? TryLoad(
        ModelSource source, OnnxModel file, ImportedModel imported, string name, string digest, ModelLoadOptions options, IReadOnlyList<IExecutionProvider> preference, ILogger logger, RunControl control)
    {
        IExecutionProvider provider = preference[0];
        TryInfer(imported.Graph, name, control);
        ImportScope scope = imported.Scopes[file.Graph];
        var view = new OnnxGraphView(file, file.Graph, name, source.ResolveFile(), n => scope.Find(n)?.Described, whole: true);
        if (!provider.Claim(view).IsWholeGraph)
        {
            return null;
        }

        RowProof rows = RowProof.Of(imported.Graph, control);
        var info = new ModelInfo
        {
            Name = name,
            Version = options.Version,
            Digest = digest,
            Inputs = view.Inputs,
            Outputs = view.Outputs,
            BatchAxis = rows.BatchAxis,
            RowIndependent = rows.RowIndependent,
            Deterministic = ForeignDeterminism.Of(imported.Graph),
            Provider = provider.Name,
            Metadata = file.Metadata.DistinctBy(m => m.Key).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
        };
        bool isSmall = RowIndependenceCheck.IsSmall(imported.Graph);
        bool[] sized = SizedByInputs(imported.Graph);
        ICompiledModel compiled;
        try
        {
            compiled = provider.Compile(view, new() { Options = options, Logger = logger });
        }
        catch (InferenceException exception) when (!options.FailOnProviderError)
        {
            PlacementLog.CompileFailed(logger, provider.Name, view.Nodes.Count, name, exception);
            return null;
        }

        var runner = new ServingRunner(new ProviderModel(compiled, info, file.Dispose, isSmall, sized), options);
        PlacementLog.Placed(logger, name, $"{provider.Name}: {view.Nodes.Count} nodes, the whole model");
        return runner;
    }

    // As inferred, not as declared: a symbol of an input, or a number.
    private static bool[] SizedByInputs(ModelGraph graph)
    {
        HashSet<string?> symbols = [.. graph.Inputs.SelectMany(i => i.Type?.Shape ?? []).Select(d => d.Symbol)];
        return [.. graph.Outputs.Select(o => o.Type is { Kind: ModelValueKind.Tensor, ElementType: not ElementType.String, Shape: { } shape }
            && shape.All(d => d.IsFixed || (d.Symbol is { } symbol && symbols.Contains(symbol))))];
    }

    // The provider's own checks decide; the engine's inference only adds knowledge here.
    private static void TryInfer(ModelGraph graph, string name, RunControl control)
    {
        try
        {
            ShapeInference.Run(graph, name, control);
        }
        catch (ModelLoadException)
        {
        }
    }
}
