using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Quantization;
using Inference.Optimization.Search;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Search;

/// <summary>Which layers compute in 8 bits is measured: here each takes the time that the test says.</summary>
public class FasterFormTests
{
    // First and second layer in 8 bits: none 10 ms.
    [Theory]
    [InlineData(9, 10, 8, "int8", "int8")]
    [InlineData(9, 12, 11, "int8", "int8 weights")]
    [InlineData(11, 9, 11, "int8 weights", "int8")]
    [InlineData(11, 12, 13, "int8 weights", "int8 weights")]
    [InlineData(9.9, 12, 11, "int8 weights", "int8 weights")]
    public async Task ChooseAsync_ByTime_ComputesInEightBitsWhereItIsFaster(double first, double second, double both, string firstAction, string secondAction)
    {
        OnnxModel model = SmallModels.TwoLayers(32, 32, 32);
        var loader = new TimedLoader(ModelLoader.Default, m => (IsInteger(m, "first"), IsInteger(m, "second")) switch
        {
            (true, true) => both,
            (true, false) => first,
            (false, true) => second,
            _ => 10,
        });
        var context = new OptimizationContext { Loader = loader, TimeProvider = loader.Time };
        MemoryDataSource rows = SmallModels.Rows(200, 32);
        QuantizeResult whole = await Quantizer.QuantizeAsync(context, model, rows);
        (QuantizeResult result, QuantizeOptions _) = await FasterForm.ChooseAsync(context, model, rows, whole, new QuantizeOptions(), default);
        Assert.Equal(firstAction, result.Layers.Single(static l => l.Name == "first").Action);
        Assert.Equal(secondAction, result.Layers.Single(static l => l.Name == "second").Action);
        Assert.True(result.Bytes < result.SourceBytes * 0.4, $"{result.SourceBytes} → {result.Bytes}");
    }

    // Its input was quantized.
    private static bool IsInteger(OnnxModel model, string layer)
    {
        // Models of a part of the layers are run as well.
        OnnxNode? node = model.Graph.Nodes.Find(n => n.Name == layer);
        return node is not null && model.Graph.Nodes.Find(n => n.Outputs.Contains(node.Inputs[0])) is { OpType: "DequantizeLinear" };
    }
}
