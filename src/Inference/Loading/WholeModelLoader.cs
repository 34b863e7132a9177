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
    /// <summary>The runner; null if the first provider does not claim the whole model, or fails to compile it and the next one takes over.</summary>
    public static IModelRunner? TryLoad(
        ModelSource source, OnnxModel file, ImportedModel imported, string name, string digest, ModelLoadOptions options, IReadOnlyList<ExecutionProvider> preference, ILogger logger, RunControl control)
    {
        ExecutionProvider provider = preference[0];
        OnnxGraphView view = View(source, file, imported, name, options, control);
        if (!provider.Claim(view).IsWholeGraph)
        {
            return null;
        }

        ModelInfo info = Describe(file, imported, view, digest, options, provider, control);
        bool isSmall = RowIndependenceCheck.IsSmall(imported.Graph);
        bool[] sized = SizedByInputs(imported.Graph);
        CompiledModel compiled;
        try
        {
            compiled = provider.Compile(view, new() { Options = options, Logger = logger });
        }
        catch (InferenceException exception) when (!options.FailOnProviderError)
        {
            PlacementLog.CompileFailed(logger, provider.Name, view.Nodes.Count, name, exception);
            return null;
        }

        return Serve(new ProviderModel(compiled, info, file.Dispose, isSmall, sized), view, options, logger);
    }

    /// <summary>The runner on one provider.</summary>
    /// <exception cref="UnsupportedModelException">The provider does not claim all of the model, or lacks an operator.</exception>
    /// <exception cref="ModelLoadException">The provider failed to compile it.</exception>
    public static IModelRunner Load(
        ModelSource source, OnnxModel file, ImportedModel imported, string name, string digest, ModelLoadOptions options, ExecutionProvider provider, ILogger logger, RunControl control)
    {
        OnnxGraphView view = View(source, file, imported, name, options, control);
        NodeClaims claims = provider.Claim(view);
        if (!claims.IsWholeGraph)
        {
            string[] missing = [.. view.Nodes.Where(node => !claims.Contains(node.Index)).Select(node => Operator(node, view)).Distinct()];
            throw new UnsupportedModelException(
                $"Model '{name}': the provider '{provider.Name}' does not claim all nodes; not claimed: {string.Join(", ", missing)}. Load the model with several providers, or choose another provider.") { Operators = missing };
        }

        ModelInfo info = Describe(file, imported, view, digest, options, provider, control);
        bool isSmall = RowIndependenceCheck.IsSmall(imported.Graph);
        bool[] sized = SizedByInputs(imported.Graph);
        CompiledModel compiled;
        try
        {
            compiled = provider.Compile(view, new() { Options = options, Logger = logger });
        }
        catch (ProviderException exception)
        {
            throw exception.UnsupportedOperators.Count > 0
                ? new UnsupportedModelException(exception.Message, exception) { Operators = exception.UnsupportedOperators }
                : new ModelLoadException(exception.Message, exception);
        }

        return Serve(new ProviderModel(compiled, info, file.Dispose, isSmall, sized), view, options, logger);
    }

    private static OnnxGraphView View(ModelSource source, OnnxModel file, ImportedModel imported, string name, ModelLoadOptions options, RunControl control)
    {
        TryInfer(imported.Graph, name, control);
        ImportScope scope = imported.Scopes[file.Graph];

        // A provider that opened the files itself might find others than were verified, and could not decrypt them.
        bool isHeld = options.ExpectedFiles is not null || file.IsEncrypted;
        return new OnnxGraphView(
            file, file.Graph, name, isHeld ? null : source.ResolveFile(), n => scope.Find(n)?.Described, whole: true, dataDirectory: isHeld ? null : source.BaseDirectory, embeds: isHeld);
    }

    private static ModelInfo Describe(OnnxModel file, ImportedModel imported, OnnxGraphView view, string digest, ModelLoadOptions options, ExecutionProvider provider, RunControl control)
    {
        RowProof rows = RowProof.Of(imported.Graph, control);
        return new ModelInfo
        {
            Name = view.ModelName,
            Version = options.Version,
            Digest = digest,
            KeyId = file.KeyId,
            Inputs = view.Inputs,
            Outputs = view.Outputs,
            BatchAxis = rows.BatchAxis,
            RowIndependent = rows.RowIndependent,
            Deterministic = ForeignDeterminism.Of(imported.Graph),
            Provider = provider.Name,
            Metadata = file.Metadata.DistinctBy(m => m.Key).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
        };
    }

    private static ServingRunner Serve(ProviderModel model, OnnxGraphView view, ModelLoadOptions options, ILogger logger)
    {
        var runner = new ServingRunner(model, options);
        PlacementLog.Placed(logger, view.ModelName, $"{model.Info.Provider}: {view.Nodes.Count} nodes, the whole model");
        return runner;
    }

    private static string Operator(GraphNode node, OnnxGraphView view) =>
        $"{(node.Domain.Length == 0 ? "ai.onnx" : node.Domain)}.{node.OpType}-{view.Opsets.GetValueOrDefault(node.Domain)}";

    // As inferred, not as declared: a symbol of an input, or a number.
    private static bool[] SizedByInputs(ModelGraph graph)
    {
        HashSet<string?> symbols = [.. graph.Inputs.SelectMany(i => i.Type?.Shape ?? []).Select(d => d.Symbol)];
        return [.. graph.Outputs.Select(o => o.Type is { Kind: ModelValueKind.Tensor, ElementType: not ElementType.String, Shape: { } shape }
            && shape.All(d => d.IsFixed || (d.Symbol is { } symbol && symbols.Contains(symbol))))];
    }

    // The provider's own checks decide; the engine's inference only adds information here.
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
