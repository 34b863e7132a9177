using Inference.Conformance.Graphs;
using Inference.Onnx;
using Inference.Providers;

namespace Inference.Conformance.Models;

/// <summary>A model of the catalogue: its graph, how to make inputs, and what the outputs must be.</summary>
public sealed class ConformanceModel
{
    private readonly Lazy<ModelGraph> _graph;

    internal ConformanceModel(string name, Func<OnnxModel> model, Func<int, int, ModelValue[]> inputs, Func<ModelValue[], ModelValue[]> expected)
    {
        Name = name;
        _graph = new(() => new ModelGraph(model()));
        Inputs = inputs;
        Expected = expected;
    }

    /// <summary>The name, such as <c>matmul</c> or <c>identity_int8</c>.</summary>
    public string Name { get; }

    /// <summary>The graph.</summary>
    public GraphView Graph => _graph.Value;

    /// <summary>Makes inputs from a seed and a number of rows (which models without dynamic rows ignore).</summary>
    public Func<int, int, ModelValue[]> Inputs { get; }

    /// <summary>Computes the outputs in plain loops.</summary>
    public Func<ModelValue[], ModelValue[]> Expected { get; }

    /// <summary>|got − want| ≤ tolerance · (1 + |want|); 0: bit for bit.</summary>
    public double Tolerance { get; internal init; }

    /// <summary>Whether the first axis of inputs and outputs has any size, 0 included.</summary>
    public bool HasDynamicRows { get; internal init; }

    /// <summary>Whether the shape of an output depends on the values of an input.</summary>
    public bool HasDataDependentShape { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
