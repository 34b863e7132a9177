using Inference;
using Inference.Layers;
using Inference.Providers;

namespace LayerSample;

/// <summary>A node as a layer: dense, or an embedding table.</summary>
internal sealed class LayerStep
{
    private readonly Linear? _linear;
    private readonly Embedding? _table;

    public LayerStep(GraphView graph, GraphNode node)
    {
        Node = node;
        bool lookup = node.OpType == "Gather";
        Input = node.Inputs[lookup ? 1 : 0];
        TensorValue weights = graph.GetConstant(node.Inputs[lookup ? 0 : 1])!;
        (int rows, int columns) = ((int)weights.Shape[0], (int)weights.Shape[1]);
        if (lookup)
        {
            _table = new Embedding(weights.AsSpan<float>(), rows, columns);
            return;
        }

        // Gemm scales both operands by alpha and beta, which are folded into the weights and the bias.
        bool transposed = node.GetInt("transB", 0) != 0;
        bool biased = node.Inputs.Count > 2 && node.Inputs[2].Length > 0;
        float[] w = Scaled(weights.AsSpan<float>(), node.GetFloat("alpha", 1));
        float[] bias = biased ? Scaled(graph.GetConstant(node.Inputs[2])!.AsSpan<float>(), node.GetFloat("beta", 1)) : [];
        _linear = transposed ? new Linear(w, columns, rows, bias) : new Linear(w, rows, columns, bias, order: WeightOrder.InputsByOutputs);
    }

    public GraphNode Node { get; }

    /// <summary>The value it reads.</summary>
    public string Input { get; }

    /// <summary>The shape of its result for a given input.</summary>
    /// <exception cref="ModelRunException">The input's width differs from that of the weights.</exception>
    public long[] ShapeFor(TensorValue x, string model)
    {
        if (_table is not null)
        {
            return [.. x.Shape, _table.Width];
        }

        return x.Shape[^1] == _linear!.Inputs
            ? [.. x.Shape[..^1], _linear.Outputs]
            : throw new ModelRunException($"Model '{model}', node '{Node.Name}' ({Node.OpType}): expected rows of {_linear.Inputs} elements, got {x}. Pass matrices that can be multiplied.");
    }

    /// <exception cref="ModelRunException">An index is outside the table.</exception>
    public void Run(TensorValue x, TensorValue y, string model)
    {
        if (_linear is not null)
        {
            _linear.Run(x.AsSpan<float>(), y.AsWritableSpan<float>(), (int)(y.ElementCount / _linear.Outputs));
            return;
        }

        try
        {
            _table!.Run(x.AsSpan<long>(), y.AsWritableSpan<float>());
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ModelRunException($"Model '{model}', node '{Node.Name}' ({Node.OpType}): {exception.Message}", exception);
        }
    }

    private static float[] Scaled(ReadOnlySpan<float> values, float factor)
    {
        float[] scaled = values.ToArray();
        foreach (ref float value in scaled.AsSpan())
        {
            value *= factor;
        }

        return scaled;
    }
}
