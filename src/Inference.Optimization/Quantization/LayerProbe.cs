using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Measures the effect of a change on single layers: for each trial a second form of the layer is added beside it, fed with the same float input, and only a summary of the difference of
/// the two outputs leaves the graph. Works for every operator that the runner supports, whatever its attributes.
/// </summary>
internal sealed class LayerProbe
{
    private readonly GraphEditor _editor;
    private readonly List<string> _outputs = [];

    /// <param name="prepared">The float model at operator set 13 or later; not changed.</param>
    public LayerProbe(OnnxModel prepared) => _editor = new GraphEditor(GraphCopy.Copy(prepared));

    public bool IsEmpty => _outputs.Count == 0;

    /// <summary>Adds a trial; its result is the mean over all elements of (float output − trial output)².</summary>
    /// <returns>The name under which <see cref="RunAsync"/> returns the result.</returns>
    public string SquaredError(LinearLayer layer, LayerTrial trial)
    {
        string difference = Difference(layer, trial);
        string square = Add("Mul", [difference, difference]);
        return Output(Add("ReduceMean", [square], n => n.SetAttribute("keepdims", 0L)));
    }

    /// <summary>Adds a trial; its result is, for each output channel, the mean of float output − trial output.</summary>
    public string ChannelError(LinearLayer layer, LayerTrial trial)
    {
        string difference = Difference(layer, trial);
        long[] axes = [0];
        if (layer.IsConv)
        {
            axes = [0, .. Enumerable.Range(2, layer.Weight.Dims.Length - 2).Select(a => (long)a)];
        }
        else
        {
            string shape = _editor.AddConstant(OnnxTensor.Create<long>(_editor.Names.New("i"), [-1, layer.Outputs], 2));
            difference = Add("Reshape", [difference, shape]);
        }

        if ((_editor.Model.GetOperatorSetVersion() ?? 1) >= 18)
        {
            string axesName = _editor.AddConstant(OnnxTensor.Create<long>(_editor.Names.New("i"), axes, axes.Length));
            return Output(Add("ReduceMean", [difference, axesName], n => n.SetAttribute("keepdims", 0L)));
        }

        return Output(Add("ReduceMean", [difference], n => n.SetAttribute("keepdims", 0L).SetAttribute("axes", axes)));
    }

    /// <summary>Runs all trials over the data and averages each result over the rows.</summary>
    public async Task<Dictionary<string, double[]>> RunAsync(OptimizationContext context, IDataSource data, string stage, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, double[]>(StringComparer.Ordinal);
        OnnxModel observed = Observation.Of(_editor.Model, _outputs);
        await using ModelSession session = await ModelSession.OpenAsync(context, observed, stage, cancellationToken).ConfigureAwait(false);
        session.RequireData(data);
        long rows = 0;
        await foreach (DataBatch batch in data.ReadAsync([.. session.InputNames], session.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                foreach ((string name, ModelValue value) in outputs)
                {
                    ReadOnlySpan<float> values = ((TensorValue)value).AsSpan<float>();
                    if (!sums.TryGetValue(name, out double[]? sum))
                    {
                        sums[name] = sum = new double[values.Length];
                    }

                    for (int i = 0; i < sum.Length; i++)
                    {
                        sum[i] += (double)values[i] * batch.Rows;
                    }
                }

                rows += batch.Rows;
                context.Report(stage, (int)rows, (int)(data.RowCount ?? 0));
            }
        }

        foreach (double[] sum in sums.Values)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] /= rows;
            }
        }

        return sums;
    }

    private string Difference(LinearLayer layer, LayerTrial trial)
    {
        string input = layer.Input;
        if (trial.InputFactors is { } factors)
        {
            long[] shape = [factors.Length, .. layer.IsConv ? Enumerable.Repeat(1L, layer.Weight.Dims.Length - 2) : []];
            input = Add("Mul", [input, _editor.AddFloats("f", factors, shape)]);
        }

        if (trial.Input is { } parameters)
        {
            string scale = _editor.AddScalar("s", parameters.Scale);
            string zeroPoint = _editor.AddScalar("z", (byte)parameters.ZeroPoint);
            string codes = Add("QuantizeLinear", [input, scale, zeroPoint]);
            input = Add("DequantizeLinear", [codes, scale, zeroPoint]);
        }

        OnnxNode second = GraphCopy.Copy(layer.Node);
        second.Name = "";
        second.Inputs[0] = input;
        if (trial.WeightRows is { } rows)
        {
            second.Inputs[1] = _editor.AddConstant(layer.MakeWeight(_editor.Names.New("w"), rows));
        }

        second.Outputs[0] = _editor.Names.New("y");
        _editor.Graph.Nodes.Add(second);
        return Add("Sub", [layer.Output, second.Outputs[0]]);
    }

    private string Add(string operation, ReadOnlySpan<string> inputs, Action<OnnxNode>? configure = null)
    {
        string output = _editor.Names.New("y");
        var node = new OnnxNode(operation, inputs, [output]);
        configure?.Invoke(node);
        _editor.Graph.Nodes.Add(node);
        _editor.Changed();
        return output;
    }

    private string Output(string name)
    {
        _outputs.Add(name);
        return name;
    }
}
