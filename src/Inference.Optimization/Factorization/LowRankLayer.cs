using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Factorization;

/// <summary>
/// The best factors of a layer at every rank. With V the eigenvectors of the covariance of the layer's outputs y = x·W + b, the rank-r map with the lowest loss is
/// ŷ = ȳ + (y − ȳ)·V_r·V_rᵀ: factors A = W·V_r and B = V_rᵀ, bias b·V_r·V_rᵀ + ȳ·(I − V_r·V_rᵀ), and the loss is the sum of the eigenvalues left out. This is the SVD of the weights
/// whitened by their inputs (SVD of SᵀW with SSᵀ = XᵀX), computed from the outputs, so that no whitening matrix has to be inverted; see
/// <see cref="OutputMoments"/> for what its work depends on. Without data V is computed from the weights: plain SVD.
/// </summary>
internal sealed class LowRankLayer
{
    private readonly double[] _values;
    private readonly double[] _vectors;
    private readonly double[]? _mean;
    private readonly double _total;

    /// <param name="layer">The layer; a Conv of one group, a Gemm or a MatMul.</param>
    /// <param name="basis">The directions of its outputs.</param>
    /// <param name="positions">The output positions for one row.</param>
    public LowRankLayer(LinearLayer layer, LowRankBasis basis, long positions)
    {
        Layer = layer;
        Positions = positions;
        (_values, _vectors, _mean) = basis;
        _total = Math.Max(_values.Sum(), 1e-300);
    }

    public LinearLayer Layer { get; }

    public long Positions { get; }

    public long DenseMacs => LayerCost.Macs(Layer, Positions);

    /// <summary>The highest rank at which the two factors cost less than the layer.</summary>
    public int GreatestRank => (int)Math.Min(Math.Min(_values.Length, Layer.Outputs - 1), ((long)Layer.Outputs * Layer.Reduction / (Layer.Outputs + Layer.Reduction)) - 1);

    public long Macs(int rank) => Positions * rank * (Layer.Outputs + Layer.Reduction);

    /// <summary>The share of the outputs' variance that rank r loses.</summary>
    public double Loss(int rank)
    {
        double tail = 0;
        for (int i = rank; i < _values.Length; i++)
        {
            tail += _values[i];
        }

        return tail / _total;
    }

    /// <summary>Replaces the layer by its two factors.</summary>
    public void Apply(GraphEditor editor, int rank)
    {
        int n = Layer.Outputs;
        int k = Layer.Reduction;

        // The rows have fewer directions than a stated rank asks for: the others would multiply zeros.
        rank = Math.Min(rank, _values.Length);
        float[] rows = Layer.ReadRows();
        var first = new float[rank * k];
        for (int r = 0; r < rank; r++)
        {
            for (int o = 0; o < n; o++)
            {
                float v = (float)_vectors[(r * n) + o];
                Span<float> target = first.AsSpan(r * k, k);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(rows.AsSpan(o * k, k), v, target, target);
            }
        }

        var second = new float[n * rank];
        for (int o = 0; o < n; o++)
        {
            for (int r = 0; r < rank; r++)
            {
                second[(o * rank) + r] = (float)_vectors[(r * n) + o];
            }
        }

        ReplaceBias(editor, rank);
        Replace(editor, rank, first, second);
    }

    private void ReplaceBias(GraphEditor editor, int rank)
    {
        if (_mean is null || Layer.Bias(editor.Index) is not { } old)
        {
            return;
        }

        int n = Layer.Outputs;
        float[] bias = Weights.Read(old);
        var shifted = new float[bias.Length];
        for (int r = 0; r < rank; r++)
        {
            double dot = 0;
            for (int o = 0; o < bias.Length; o++)
            {
                dot += _vectors[(r * n) + o] * (bias[o] - OutputMean(bias, o));
            }

            for (int o = 0; o < bias.Length; o++)
            {
                shifted[o] += (float)(dot * _vectors[(r * n) + o]);
            }
        }

        for (int o = 0; o < bias.Length; o++)
        {
            shifted[o] += (float)OutputMean(bias, o);
        }

        string name = editor.AddFloats("b", shifted, old.Dims);
        if (Layer.BiasName is not null)
        {
            Layer.Node.Inputs[2] = name;
        }
        else
        {
            OnnxNode add = Layer.BiasAdd(editor.Index)!;
            add.Inputs[add.Inputs[0] == Layer.Output ? 1 : 0] = name;
        }

        editor.Changed();
    }

    // The observed output of a MatMul lacks the bias that the following Add adds.
    private double OutputMean(float[] bias, int o) => _mean![o] + (Layer.BiasName is null ? bias[o] : 0);

    private void Replace(GraphEditor editor, int rank, float[] first, float[] second)
    {
        OnnxNode node = Layer.Node;
        string middle = editor.Names.New("l");
        int n = Layer.Outputs;
        int k = Layer.Reduction;
        OnnxNode left;
        OnnxNode right;
        if (Layer.IsConv)
        {
            long[] dims = [.. Layer.Weight.Dims];
            dims[0] = rank;
            left = GraphCopy.Copy(node);
            left.Name = editor.Names.New("n");
            left.Inputs[1] = editor.AddFloats("w", first, dims);
            left.Inputs.RemoveRange(2, left.Inputs.Count - 2);
            left.Outputs[0] = middle;
            long[] pointwise = [n, rank, .. Enumerable.Repeat(1L, dims.Length - 2)];
            right = new OnnxNode("Conv", [middle, editor.AddFloats("w", second, pointwise)], [node.Outputs[0]], name: node.Name)
                .SetAttribute("kernel_shape", pointwise[2..]);
        }
        else
        {
            string operation = node.OpType;
            left = new OnnxNode(operation, [node.Inputs[0], editor.AddFloats("w", LinearLayer.Transpose(first, rank, k), k, rank)], [middle], name: editor.Names.New("n"));
            right = new OnnxNode(operation, [middle, editor.AddFloats("w", LinearLayer.Transpose(second, n, rank), rank, n)], [node.Outputs[0]], name: node.Name);
        }

        if (Layer.BiasName is { } bias)
        {
            right.Inputs.Add(bias);
        }

        editor.Replace(node, left, right);
    }
}
