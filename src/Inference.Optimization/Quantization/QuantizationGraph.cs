using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>The quantizable parts of a prepared model: its layers, the operators that can carry 8-bit values between them, and the activations that the quantizer's clamp absorbs.</summary>
internal sealed class QuantizationGraph
{
    private readonly Dictionary<OnnxNode, OnnxNode> _absorbed = [];

    public QuantizationGraph(GraphIndex index)
    {
        Index = index;
        Layers = LinearLayer.All(index);
        foreach (OnnxNode node in index.Graph.Nodes)
        {
            if (IsCarrier(node) && node.Inputs.Count(i => i.Length > 0 && !index.IsConstant(i)) > 0)
            {
                Carriers.Add(node);
            }
        }

        foreach (OnnxNode node in Layers.Select(l => l.Node).Concat(Carriers))
        {
            if (!MovesData(node) && index.OnlyConsumer(node.Outputs[0]) is { } activation && ClampsAtZero(activation, index))
            {
                _absorbed[node] = activation;
            }
        }

        // An operator that cannot carry 8-bit values when every layer is quantized cannot carry them for fewer layers; this excludes integer arithmetic on shapes.
        HashSet<OnnxNode> possible = ActiveCarriers(new HashSet<OnnxNode>(Layers.Select(l => l.Node)));
        Carriers.RemoveAll(c => !possible.Contains(c));
    }

    public GraphIndex Index { get; }

    public List<LinearLayer> Layers { get; }

    /// <summary>Operators that runtimes support in 8 bits, in topological order; used only between quantized layers.</summary>
    public List<OnnxNode> Carriers { get; } = [];

    /// <summary>The Relu or Clip from zero that follows a node and equals the clamp of a quantizer with zero point 0; null if there is none.</summary>
    public OnnxNode? Absorbed(OnnxNode node) => _absorbed.GetValueOrDefault(node);

    /// <summary>The output of a node once its activation is absorbed.</summary>
    public string Result(OnnxNode node) => (Absorbed(node) ?? node).Outputs[0];

    /// <summary>Whether the operator only moves elements, so that its output has its input's scale.</summary>
    public static bool MovesData(OnnxNode node) =>
        node.OpType is "Flatten" or "Reshape" or "Transpose" or "Squeeze" or "Unsqueeze" or "MaxPool";

    /// <summary>Every float value whose range may be needed, each with whether its channels are the last axis.</summary>
    public Dictionary<string, bool> ObservedValues()
    {
        var values = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (LinearLayer layer in Layers)
        {
            values[layer.Input] = layer.ChannelsLast;
            values.TryAdd(Result(layer.Node), layer.ChannelsLast);
        }

        foreach (OnnxNode node in Carriers.Where(n => !MovesData(n)))
        {
            values.TryAdd(Result(node), false);
        }

        return values;
    }

    /// <summary>The carriers between quantized layers: all their inputs are quantized, and a quantized node reads them.</summary>
    public HashSet<OnnxNode> ActiveCarriers(IReadOnlySet<OnnxNode> layers)
    {
        var active = new HashSet<OnnxNode>(Carriers);
        bool changed = true;
        while (changed)
        {
            changed = false;
            var quantized = new HashSet<string>(layers.Concat(active).Select(Result), StringComparer.Ordinal);
            foreach (OnnxNode node in active.ToList())
            {
                bool fed = node.Inputs.All(i => i.Length == 0 || Index.IsConstant(i) || quantized.Contains(i)) && node.Inputs.Any(quantized.Contains);
                bool read = Index.Consumers(Result(node)).Any(c => layers.Contains(c) || active.Contains(c));
                if (!fed || !read)
                {
                    changed |= active.Remove(node);
                }
            }
        }

        return active;
    }

    private bool IsCarrier(OnnxNode node) => node.Domain is "" or "ai.onnx" && node.OpType switch
    {
        "Add" or "Concat" => node.Inputs.All(i => !Index.IsConstant(i)),
        "MaxPool" => node.Outputs.Count == 1 || node.Outputs[1].Length == 0,
        "GlobalAveragePool" or "AveragePool" => true,
        _ => MovesData(node),
    };

    private static bool ClampsAtZero(OnnxNode node, GraphIndex index) => node.Domain is "" or "ai.onnx" && (node.OpType == "Relu"
        || (node.OpType == "Clip" && node.Inputs.Count > 1 && index.Constant(node.Inputs[1]) is { } min && Weights.IsFloat(min) && Weights.Read(min)[0] == 0
            && (node.Inputs.Count < 3 || node.Inputs[2].Length == 0 || index.IsConstant(node.Inputs[2]))));
}
