using System.Buffers;
using Inference.Engine;
using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Serving;

namespace Inference.Providers;

/// <summary>The managed engine as an execution provider, for use outside <see cref="ModelLoader"/>, which does not need this class. Thread-safe.</summary>
public sealed class CpuExecutionProvider : ExecutionProvider
{
    /// <summary>The name by which users select it.</summary>
    public const string ProviderName = "cpu";

    /// <inheritdoc/>
    public override string Name => ProviderName;

    /// <inheritdoc/>
    /// <remarks>Claims nodes whose operators, including those in subgraphs and in the model's functions, the engine supports at the graph's opset versions.</remarks>
    public override NodeClaims Claim(GraphView graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxModel? model = null;
        int[] known = [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => IsSupported(graph, graph.Nodes[i], ref model))];
        return known.Length == graph.Nodes.Count ? NodeClaims.WholeGraph : NodeClaims.Nodes(known.Select(i => graph.Nodes[i].Index));
    }

    /// <inheritdoc/>
    /// <exception cref="ModelLoadException">The graph is not valid, or needs operators that the engine does not support.</exception>
    public override CompiledModel Compile(GraphView subgraph, CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(subgraph);
        ArgumentNullException.ThrowIfNull(context);
        OnnxModel file = Read(subgraph, context.Options.MapFiles);
        LoadedModel model;
        try
        {
            RunControl control = RunControl.ForLoad(context.Options, CancellationToken.None);
            model = new LoadedModel(file, ModelImporter.Import(file, control: control, table: StandardOperators.Table.With(context.Options.Images)), context.Options, subgraph.ModelName, digest: "", file.Dispose, control);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new CpuCompiledModel(new ServingRunner(new ManagedModel(model, context.Options), context.Options));
    }

    private static OnnxModel Read(GraphView graph, bool map = false)
    {
        try
        {
            if (graph.IsWholeModel && graph.SourcePath is { } path)
            {
                return OnnxModel.Load(path, new OnnxReadOptions { MapFiles = map });
            }

            var bytes = new ArrayBufferWriter<byte>();
            graph.WriteModel(bytes);
            return OnnxModel.Read(bytes.WrittenMemory);
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException($"Model '{graph.ModelName}': {exception.Message}", exception);
        }
    }

    // Subgraphs and functions are visible only in the file; it is read when the first node needs it.
    private static bool IsSupported(GraphView graph, GraphNode node, ref OnnxModel? model)
    {
        if (!node.HasSubgraphs && StandardOperators.Table.TryFind(node.Domain, node.OpType, graph.Opsets.GetValueOrDefault(node.Domain, 1), out _))
        {
            return true;
        }

        OnnxModel file = model ??= Read(graph);
        OnnxNode? found = AllNodes(file.Graph).FirstOrDefault(n => n.OpType == node.OpType && n.Outputs.SequenceEqual(node.Outputs));
        return found is not null && IsSupported(found, file, Opsets(file.OperatorSets), depth: 0);
    }

    private static IEnumerable<OnnxNode> AllNodes(OnnxGraph graph) =>
        graph.Nodes.Concat(graph.Nodes.SelectMany(n => n.Attributes).Where(a => a.Graph is not null).SelectMany(a => AllNodes(a.Graph!)));

    private static bool IsSupported(OnnxNode node, OnnxModel model, Dictionary<string, long> opsets, int depth)
    {
        string domain = ModelImporter.Canonical(node.Domain);
        bool here = StandardOperators.Table.TryFind(domain, node.OpType, opsets.GetValueOrDefault(domain, 1), out _)
            || (depth < ModelImporter.MaxFunctionDepth && model.Functions.Find(f => f.Name == node.OpType && ModelImporter.Canonical(f.Domain) == domain) is { } function
                && function.Nodes.TrueForAll(n => IsSupported(n, model, Opsets(function.OperatorSets), depth + 1)));
        return here && node.Attributes.TrueForAll(a => a.Graph is not { } inner || inner.Nodes.TrueForAll(n => IsSupported(n, model, opsets, depth)));
    }

    private static Dictionary<string, long> Opsets(IEnumerable<OnnxOperatorSet> sets)
    {
        var result = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (OnnxOperatorSet set in sets)
        {
            string domain = ModelImporter.Canonical(set.Domain);
            result[domain] = Math.Max(set.Version, result.GetValueOrDefault(domain));
        }

        return result;
    }
}
