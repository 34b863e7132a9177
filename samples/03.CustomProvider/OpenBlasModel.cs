using Inference;
using Inference.Providers;

namespace CustomProvider;

/// <summary>A graph of MatMul and Gemm nodes, computed node by node. A run changes no state, so any number of threads may run it.</summary>
internal sealed class OpenBlasModel(GraphView graph) : CompiledModel
{
    private readonly Dictionary<string, TensorValue> _constants = graph.Nodes.SelectMany(static node => node.Inputs).Distinct()
        .Select(name => (name, value: graph.GetConstant(name))).Where(static pair => pair.value is not null).ToDictionary(static pair => pair.name, static pair => pair.value!.Retain());

    private readonly Dictionary<string, int> _slots = graph.Outputs.Select(static (output, slot) => (output.Name, slot)).DistinctBy(static pair => pair.Name).ToDictionary();
    private volatile bool _disposed;

    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (inputs.Length != graph.Inputs.Count || outputs.Length != graph.Outputs.Count)
        {
            throw new InvalidInputException($"Model '{graph.ModelName}': expected {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs, got {inputs.Length} and {outputs.Length}.");
        }

        var values = new Dictionary<string, TensorValue>(_constants);
        for (int i = 0; i < inputs.Length; i++)
        {
            values[graph.Inputs[i].Name] = (TensorValue)inputs[i];
        }

        var made = new List<TensorValue>();
        try
        {
            foreach (GraphNode node in graph.Nodes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int slot = _slots.GetValueOrDefault(node.Outputs[0], -1);
                var filled = slot < 0 ? null : (TensorValue?)outputs[slot];
                TensorValue y = Compute(node, values, filled);
                values[node.Outputs[0]] = y;
                if (y != filled)
                {
                    made.Add(y);
                }
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                outputs[i] ??= values[graph.Outputs[i].Name].Retain();
            }
        }
        finally
        {
            // Outputs have been retained: this frees the rest.
            made.ForEach(static value => value.Dispose());
        }
    }

    // The constants are left to the garbage collector: a run may be in flight, and the model is not their only owner.
    protected override void Dispose(bool disposing) => _disposed = true;

    private TensorValue Compute(GraphNode node, Dictionary<string, TensorValue> values, TensorValue? filled)
    {
        TensorValue a = values[node.Inputs[0]];
        TensorValue b = values[node.Inputs[1]];
        bool gemm = node.OpType == "Gemm";
        bool transposeA = gemm && node.GetInt("transA", 0) != 0;
        bool transposeB = gemm && node.GetInt("transB", 0) != 0;
        int n = (int)b.Shape[transposeB ? 0 : 1];
        int k = (int)b.Shape[transposeB ? 1 : 0];

        // MatMul with axes in front of a matrix is one product over the rows of all of them.
        long[] shape = transposeA ? [a.Shape[1], n] : [.. a.Shape[..^1], n];
        int m = (int)TensorShape.Count(shape.AsSpan(0, shape.Length - 1));
        if (a.Shape[transposeA ? 0 : a.Rank - 1] != k)
        {
            throw new ModelRunException($"Model '{graph.ModelName}', node '{node.Name}' ({node.OpType}): the inner dimensions of {a} and {b} differ. Pass matrices that can be multiplied.");
        }

        TensorValue y = filled ?? TensorValue.Allocate(ElementType.Float32, shape);
        if (!y.Shape.SequenceEqual(shape))
        {
            throw new ModelRunException($"Model '{graph.ModelName}', output '{node.Outputs[0]}': expected a tensor of shape {TensorShape.Format(shape)}, got {y}. Pass one of that shape, or none.");
        }

        Span<float> to = y.AsWritableSpan<float>();
        bool biased = gemm && node.Inputs.Count > 2 && node.Inputs[2].Length > 0;
        if (biased)
        {
            Spread(values[node.Inputs[2]], to, m, n);
        }

        OpenBlas.Gemm(transposeA, transposeB, m, n, k, gemm ? node.GetFloat("alpha", 1) : 1, a.AsSpan<float>(), b.AsSpan<float>(), biased ? node.GetFloat("beta", 1) : 0, to);
        return y;
    }

    /// <summary>Writes c, which is broadcast to [m,n] ([], [n], [1,n], [m,1] or [m,n]), to every element.</summary>
    private static void Spread(TensorValue c, Span<float> to, int m, int n)
    {
        ReadOnlySpan<float> from = c.AsSpan<float>();
        int columnStride = c.Rank == 0 || c.Shape[^1] == 1 ? 0 : 1;
        int rowStride = c.Rank < 2 || c.Shape[0] == 1 ? 0 : (int)c.Shape[1];
        for (int i = 0; i < m * n; i++)
        {
            to[i] = from[(i / n * rowStride) + (i % n * columnStride)];
        }
    }
}
