using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Factorization;

/// <summary>Measures the time of a layer and of its factors in isolation.</summary>
internal static class LayerTiming
{
    // For each layer and rank: a layer of a microsecond is then timed some ten thousand times.
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(100);

    /// <summary>Time of the factors ÷ time of the layer.</summary>
    public static async Task<double> RatioAsync(
        OptimizationContext context, GraphEditor editor, LowRankLayer layer, int rank, IReadOnlyDictionary<string, long[]> shapes, CancellationToken cancellationToken)
    {
        OnnxModel dense = Alone(editor, layer.Layer, shapes[layer.Layer.Input]);
        var factors = new GraphEditor(GraphCopy.Copy(dense));
        LinearLayer copy = LinearLayer.All(factors.Index)[0];
        new LowRankLayer(copy, LowRankBasis.ForTiming(copy, rank), layer.Positions).Apply(factors, rank);
        factors.RemoveUnused();

        long[] shape = shapes[layer.Layer.Input];
        TensorValue zeros = TensorValue.Allocate(ElementType.Float32, shape);
        zeros.AsWritableSpan<float>().Fill(0.5f);
        using var values = new NamedValues { [layer.Layer.Input] = zeros };
        double[] times = await LatencyMeter.MeasureAsync(context, [dense, factors.Model], new MemoryDataSource(values), (int)shape[0], Budget, cancellationToken).ConfigureAwait(false);
        return times[1] / times[0];
    }

    private static OnnxModel Alone(GraphEditor editor, LinearLayer layer, long[] inputShape)
    {
        var model = new OnnxModel { IrVersion = editor.Model.IrVersion };
        model.OperatorSets.AddRange(editor.Model.OperatorSets);
        model.Graph.Name = layer.Name;
        model.Graph.Nodes.Add(GraphCopy.Copy(layer.Node));
        model.Graph.Initializers.AddRange(layer.Node.Inputs.Skip(1).Where(i => i.Length > 0).Select(i => editor.Index.Constant(i)!));
        model.Graph.Inputs.Add(new OnnxValueInfo(layer.Input, OnnxType.Tensor(OnnxElementType.Float32, Array.ConvertAll(inputShape, d => OnnxDimension.Of(d)))));
        model.Graph.Outputs.Add(new OnnxValueInfo(layer.Output, OnnxType.Tensor(OnnxElementType.Float32)));
        return model;
    }
}
