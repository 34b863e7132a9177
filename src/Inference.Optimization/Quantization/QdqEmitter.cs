using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>Writes QuantizeLinear and DequantizeLinear pairs around the selected layers of a copy of a prepared model. Weights shared by layers stay shared.</summary>
internal sealed class QdqEmitter
{
    private readonly GraphEditor _editor;
    private readonly QuantizationGraph _graph;
    private readonly IReadOnlyDictionary<string, ValueRange> _ranges;
    private readonly HashSet<OnnxNode> _active;
    private readonly QuantizeOptions _options;
    private readonly int _maxCode;
    private readonly Dictionary<string, QuantizationParameters> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Scale, string ZeroPoint)> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int Axis), QuantizedWeight> _weights = [];

    private QdqEmitter(GraphEditor editor, QuantizationGraph graph, IReadOnlyDictionary<string, ValueRange> ranges, HashSet<OnnxNode> layers, QuantizeOptions options)
    {
        _editor = editor;
        _graph = graph;
        _ranges = ranges;
        _options = options;
        _maxCode = CpuFeatures.MaxWeightCode(options.Target);
        _active = [.. layers, .. graph.ActiveCarriers(layers)];
    }

    /// <param name="prepared">The prepared float model, at operator set 13 or later; not changed.</param>
    /// <param name="ranges">The range of every value that <see cref="QuantizationGraph.ObservedValues"/> names.</param>
    /// <param name="include">Whether to quantize a layer.</param>
    /// <param name="options">Granularity and target.</param>
    public static OnnxModel Emit(OnnxModel prepared, IReadOnlyDictionary<string, ValueRange> ranges, Func<LinearLayer, bool> include, QuantizeOptions options)
    {
        var editor = new GraphEditor(GraphCopy.Copy(prepared));
        var graph = new QuantizationGraph(editor.Index);
        HashSet<OnnxNode> layers = [.. graph.Layers.Where(include).Select(l => l.Node)];
        if (layers.Count > 0)
        {
            new QdqEmitter(editor, graph, ranges, layers, options).Run(layers);
            editor.RemoveUnused();
        }

        return editor.Model;
    }

    private void Run(HashSet<OnnxNode> layers)
    {
        foreach (OnnxNode node in _graph.Index.Graph.Nodes.Where(_active.Contains).ToList())
        {
            foreach (string input in node.Inputs.Where(i => _parameters.ContainsKey(i) is false && NeedsQuantizedInput(node, i)).Distinct().ToList())
            {
                QuantizeSource(input, ParametersOf(input));
            }

            if (IsReadQuantized(node))
            {
                QuantizationParameters parameters = QuantizationGraph.MovesData(node) ? _parameters[node.Inputs[0]] : ParametersOf(_graph.Result(node));
                QuantizeResult(node, parameters);
            }
        }

        foreach (LinearLayer layer in _graph.Layers.Where(l => layers.Contains(l.Node)))
        {
            QuantizeConstants(layer);
        }
    }

    private bool NeedsQuantizedInput(OnnxNode node, string input) =>
        input.Length > 0 && !_graph.Index.IsConstant(input) && (input == node.Inputs[0] || !_graph.Layers.Exists(l => l.Node == node)) && node.OpType != "Reshape";

    private bool IsReadQuantized(OnnxNode node) => _graph.Index.Consumers(_graph.Result(node)).Any(_active.Contains);

    private QuantizationParameters ParametersOf(string value) => QuantizationParameters.Asymmetric(_ranges[value]);

    /// <summary>A float value: 8-bit readers get a quantized copy, others keep the float.</summary>
    private void QuantizeSource(string value, QuantizationParameters parameters)
    {
        (string scale, string zeroPoint) = Constants(value, parameters);
        string codes = _editor.Names.New("q");
        string restored = _editor.Names.New("d");
        OnnxNode first = _editor.Graph.Nodes.Find(n => _active.Contains(n) && n.Inputs.Contains(value))!;
        _editor.Redirect(value, restored, _active.Contains);
        _editor.InsertBefore(first, new OnnxNode("QuantizeLinear", [value, scale, zeroPoint], [codes]));
        _editor.InsertBefore(first, new OnnxNode("DequantizeLinear", [codes, scale, zeroPoint], [restored]));
        _parameters[value] = parameters;
        _parameters[restored] = parameters;
    }

    /// <summary>The result of a node in 8 bits: the dequantized float takes its name, so that readers and outputs are unchanged.</summary>
    private void QuantizeResult(OnnxNode node, QuantizationParameters parameters)
    {
        string value = _graph.Result(node);
        (string scale, string zeroPoint) = Constants(value, parameters);
        OnnxNode last = node;
        if (_graph.Absorbed(node) is { } activation)
        {
            if (parameters.ZeroPoint == 0)
            {
                _editor.Remove(activation);
            }
            else
            {
                last = activation;
            }
        }

        string raw = _editor.Names.New("y");
        string codes = _editor.Names.New("q");
        last.Outputs[0] = raw;
        _editor.InsertAfter(last, new OnnxNode("DequantizeLinear", [codes, scale, zeroPoint], [value]));
        _editor.InsertAfter(last, new OnnxNode("QuantizeLinear", [raw, scale, zeroPoint], [codes]));
        _parameters[value] = parameters;
    }

    private (string Scale, string ZeroPoint) Constants(string value, QuantizationParameters parameters)
    {
        string key = $"{parameters.Scale:R} {parameters.ZeroPoint}";
        if (!_constants.TryGetValue(key, out (string Scale, string ZeroPoint) names))
        {
            names = (_editor.AddScalar("s", parameters.Scale), _editor.AddScalar("z", (byte)parameters.ZeroPoint));
            _constants[key] = names;
        }

        return names;
    }

    private void QuantizeConstants(LinearLayer layer)
    {
        float activationScale = _parameters[layer.Input].Scale;
        OnnxTensor? bias = layer.BiasName is null ? null : layer.Bias(_graph.Index);
        float[]? biasValues = bias is null ? null : Weights.Read(bias);
        QuantizedWeight weight = Weight(layer, biasValues, activationScale);
        layer.Node.Inputs[1] = weight.Restored;
        if (biasValues is not null)
        {
            (int[] codes, float[] scales) = WeightCodes.Bias(biasValues, activationScale, weight.Scales);
            string codesName = _editor.AddConstant(OnnxTensor.Create<int>(_editor.Names.New("b"), codes, bias!.Dims));
            string restored = _editor.Names.New("d");
            var node = new OnnxNode("DequantizeLinear", [codesName, ScaleConstant(scales)], [restored]);
            if (scales.Length > 1)
            {
                node.SetAttribute("axis", (long)(bias.Dims.Length - 1));
            }

            _editor.InsertBefore(layer.Node, node);
            layer.Node.Inputs[2] = restored;
        }
    }

    private QuantizedWeight Weight(LinearLayer layer, float[]? bias, float activationScale)
    {
        if (_weights.TryGetValue((layer.WeightName, layer.ChannelAxis), out QuantizedWeight? known))
        {
            // The node was created before the first layer that reads it; nodes are in topological order, so it also precedes this one.
            return known;
        }

        float[] rows = layer.ReadRows();
        int count = layer.Outputs;
        (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(rows, count, _options.PerChannel, _maxCode);
        if (bias is not null && RaiseForBias(scales, bias, activationScale))
        {
            WeightCodes.Encode(rows, count, scales, _maxCode, codes);
        }

        sbyte[] stored = layer.ChannelAxis == 0 ? codes : WeightCodes.Transpose(codes, count, rows.Length / count);
        string name = _editor.AddConstant(Weights.Make<sbyte>(_editor.Names.New("w"), OnnxElementType.Int8, stored, layer.Weight.Dims));
        string restored = _editor.Names.New("d");
        var node = new OnnxNode("DequantizeLinear", [name, ScaleConstant(scales)], [restored]);
        if (scales.Length > 1)
        {
            node.SetAttribute("axis", (long)layer.ChannelAxis);
        }

        _editor.InsertBefore(layer.Node, node);
        var made = new QuantizedWeight(restored, scales);
        _weights[(layer.WeightName, layer.ChannelAxis)] = made;
        return made;
    }

    // A channel of tiny weights has a tiny scale, in which its bias would not fit 32 bits: it uses the lowest scale in which it does.
    private static bool RaiseForBias(float[] scales, float[] bias, float activationScale)
    {
        // Half of what 32 bits hold: the bias and the sum of products share them.
        const double MaxCode = 1 << 30;
        bool raised = false;
        for (int i = 0; i < bias.Length; i++)
        {
            int at = scales.Length == 1 ? 0 : i;
            double least = Math.Abs(bias[i]) / (activationScale * MaxCode);
            if (scales[at] < least)
            {
                scales[at] = (float)least;
                raised = true;
            }
        }

        return raised;
    }

    private string ScaleConstant(float[] scales) =>
        scales.Length == 1 ? _editor.AddScalar("s", scales[0]) : _editor.AddFloats("s", scales, scales.Length);

    private sealed record QuantizedWeight(string Restored, float[] Scales);
}
