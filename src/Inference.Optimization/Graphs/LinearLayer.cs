using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>
/// A node that multiplies an activation by constant float weights, treated as y = x·W + b with W [K,N]: MatMul, Gemm, Conv. For Conv, K = channels in a group × kernel, and N counts
/// all output channels.
/// </summary>
internal sealed class LinearLayer
{
    private LinearLayer(OnnxNode node, OnnxTensor weight)
    {
        Node = node;
        Weight = weight;
    }

    public OnnxNode Node { get; }

    /// <summary>The weights as the model stores them.</summary>
    public OnnxTensor Weight { get; private set; }

    public string Name => Node.Name.Length > 0 ? Node.Name : Node.Outputs[0];

    public string Input => Node.Inputs[0];

    public string Output => Node.Outputs[0];

    public string WeightName => Node.Inputs[1];

    /// <summary>The node's own bias; null if it has none.</summary>
    public string? BiasName => Node.Inputs.Count > 2 && Node.Inputs[2].Length > 0 ? Node.Inputs[2] : null;

    public bool IsConv => Node.OpType == "Conv";

    public bool TransposedWeight => Node.OpType == "Gemm" && Node.GetInt("transB") != 0;

    /// <summary>The axis of the output channels in the weights.</summary>
    public int ChannelAxis => IsConv || TransposedWeight ? 0 : 1;

    public int Outputs => checked((int)Weight.Dims[ChannelAxis]);

    /// <summary>The number of input elements per output: channels in a group × kernel.</summary>
    public int Reduction => checked((int)(Weight.ElementCount / Outputs));

    public int Groups => IsConv ? (int)Node.GetInt("group", 1) : 1;

    /// <summary>The number of channels of the input; −1 for a grouped convolution that is not depthwise.</summary>
    public int InputChannels => !IsConv ? Reduction : Groups == 1 ? checked((int)Weight.Dims[1]) : Groups == Outputs && Weight.Dims[1] == 1 ? Outputs : -1;

    /// <summary>The input channel that a weight multiplies.</summary>
    /// <param name="position">The weight's position in rows [N,K].</param>
    public int InputChannel(int position) => !IsConv ? position % Reduction : Groups > 1 ? position / Reduction : position % Reduction / (Reduction / (int)Weight.Dims[1]);

    /// <summary>Whether the channels of the input (and of the output, for a Conv) are the last axis; for Conv they are axis 1.</summary>
    public bool ChannelsLast => !IsConv;

    /// <summary>Creates the layer of a node; null if it is not a linear layer, or its weights are not constant floats.</summary>
    public static LinearLayer? From(OnnxNode node, GraphIndex index)
    {
        if (node.Domain is not ("" or "ai.onnx") || node.Inputs.Count < 2 || index.Constant(node.Inputs[1]) is not { } weight || !Weights.IsFloat(weight) || index.IsConstant(node.Inputs[0]))
        {
            return null;
        }

        bool fits = node.OpType switch
        {
            "Conv" => weight.Dims.Length is >= 3,
            "MatMul" => weight.Dims.Length == 2,
            "Gemm" => weight.Dims.Length == 2 && node.GetInt("transA") == 0 && node.GetFloat("alpha", 1) == 1 && node.GetFloat("beta", 1) == 1,
            _ => false,
        };
        return fits && weight.ElementCount > 0 ? new LinearLayer(node, weight) : null;
    }

    public static List<LinearLayer> All(GraphIndex index)
    {
        var layers = new List<LinearLayer>();
        foreach (OnnxNode node in index.Graph.Nodes)
        {
            if (From(node, index) is { } layer)
            {
                layers.Add(layer);
            }
        }

        return layers;
    }

    /// <summary>The Add of a constant vector that follows a MatMul and acts as its bias; null if there is none.</summary>
    public OnnxNode? BiasAdd(GraphIndex index)
    {
        if (Node.OpType != "MatMul" || index.OnlyConsumer(Output) is not { OpType: "Add" } add)
        {
            return null;
        }

        string other = add.Inputs[0] == Output ? add.Inputs[1] : add.Inputs[0];
        return Weights.IsFloat(index.Constant(other)) && index.Constant(other)!.ElementCount == Outputs && index.Constant(other)!.Dims is [.., var last] && last == Outputs ? add : null;
    }

    /// <summary>The bias: the node's own, or that of the following Add; null if there is none.</summary>
    public OnnxTensor? Bias(GraphIndex index)
    {
        if (BiasName is { } own)
        {
            return index.Constant(own) is { } tensor && Weights.IsFloat(tensor) && tensor.ElementCount == Outputs ? tensor : null;
        }

        return BiasAdd(index) is { } add ? index.Constant(add.Inputs[0] == Output ? add.Inputs[1] : add.Inputs[0]) : null;
    }

    /// <summary>The weights as [N,K]: one row per output channel, whatever the layout in the model.</summary>
    public float[] ReadRows()
    {
        float[] values = Weights.Read(Weight);
        return ChannelAxis == 0 ? values : Transpose(values, Reduction, Outputs);
    }

    /// <summary>Creates a constant in the model's layout from rows [N,K].</summary>
    public OnnxTensor MakeWeight(string name, float[] rows) =>
        OnnxTensor.Create<float>(name, ChannelAxis == 0 ? rows : Transpose(rows, Outputs, Reduction), Weight.Dims);

    public static float[] Transpose(ReadOnlySpan<float> values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                result[(c * rows) + r] = values[(r * columns) + c];
            }
        }

        return result;
    }

    public override string ToString() => $"{Node.OpType} '{Name}' [{Reduction},{Outputs}]";
}
