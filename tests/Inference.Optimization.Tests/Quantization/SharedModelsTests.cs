using Inference.Onnx;
using Inference.Optimization.Calibration;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Quantization;

public class SharedModelsTests
{
    [OrtTheory("data")]
    [InlineData("mnist_mlp", 0.30, "q_mnist_mlp_qop")]
    [InlineData("mnist_resnet", 0.30, "q_mnist_resnet_qdq_pc")]
    [InlineData("mnist_mobile", 0.40, "q_mnist_mobile_qdq_pt")]
    [InlineData("adult_wide_deep", 0.45, null)]
    [InlineData("spam_minilm_op11", 0.30, "q_spam_minilm_dyn")]
    public async Task QuantizeAsync_Defaults_KeepAccuracyAndShrink(string name, double share, string? twin)
    {
        using OnnxModel model = Lab.Model(name);
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, Lab.Rows(name, "calib"));
        ComparisonResult comparison = await Lab.OnTest(name, model, result.Model);

        Assert.True(comparison.Drop <= 0.005, $"drop {comparison.Drop}");
        Assert.True(result.Bytes <= share * result.SourceBytes, $"{result.Bytes} of {result.SourceBytes}");
        using var folder = new TemporaryFolder();
        result.Model.Save(folder.File("q.onnx"));
        Assert.True(new FileInfo(folder.File("q.onnx")).Length <= new FileInfo(TestData.Path("models", name, "model.onnx")).Length);
        if (twin is not null)
        {
            using OnnxModel other = Lab.Model(twin);
            ComparisonResult twins = await Lab.OnTest(name, model, other);
            // Within the noise of the comparison: the twin's drop less half a bootstrap interval of ours.
            Assert.True(comparison.Drop <= twins.Drop + 0.0025, $"{comparison.Drop} against {twins.Drop}");
        }
    }

    [OrtTheory("data")]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.MinMax)]
    public async Task QuantizeAsync_EveryMethodOnATransformer_DoesNotCollapse(CalibrationMethod method)
    {
        using OnnxModel model = Lab.Model("spam_minilm_op11");
        QuantizeResult result = await Quantizer.QuantizeAsync(
            Lab.OnnxRuntime(), model, Lab.Rows("spam", "calib"), new QuantizeOptions { Calibration = method });

        Assert.True((await Lab.OnTest("spam", model, result.Model)).Drop <= 0.005);
    }

    [OrtFact("data")]
    public async Task QuantizeAsync_Int4Weights_LosesOnePointAtMost()
    {
        using OnnxModel model = Lab.Model("spam_minilm_op11");
        QuantizeResult result = await Quantizer.QuantizeAsync(
            Lab.OnnxRuntime(), model, null, new QuantizeOptions { Mode = QuantizationMode.WeightOnly, WeightBits = 4 });

        Assert.Contains(result.Model.Graph.Nodes, n => n.OpType == "MatMulNBits");
        Assert.True((await Lab.OnTest("spam", model, result.Model)).Drop <= 0.01);
    }

    [OrtFact("data")]
    public async Task QuantizeAsync_BiasCorrection_ImprovesTheOutputs()
    {
        using OnnxModel model = Lab.Model("mnist_resnet");
        async Task<double> Error(bool correct)
        {
            QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("mnist", "calib"), new QuantizeOptions { CorrectBias = correct });
            return (await Lab.OnTest("mnist", model, result.Model)).MeanOutputError;
        }

        double without = await Error(false);
        double with = await Error(true);
        Assert.True(with < without, $"{without} → {with}");
    }

    [OrtFact("data")]
    public async Task CompareAsync_Slices_NoneDropsMoreThanOnePoint()
    {
        using OnnxModel model = Lab.Model("adult_wide_deep");
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("adult", "calib"));
        ComparisonResult comparison = await Lab.OnTest("adult", model, result.Model, "sex", "race");

        Assert.Equal(7, comparison.Slices.Count);
        Assert.Equal(comparison.Slices.Count(s => s.Rows >= 100), comparison.Slices.Count(s => s.Judged));
        Assert.True(comparison.WorstSliceDrop <= 0.01, $"{comparison.WorstSliceDrop}");
    }

    [OrtFact("data")]
    public async Task CompareAsync_OneCorruptedScale_IsSeen()
    {
        using OnnxModel model = Lab.Model("adult_wide_deep");
        QuantizeResult result = await Quantizer.QuantizeAsync(Lab.OnnxRuntime(), model, Lab.Rows("adult", "calib"));
        int at = result.Model.Graph.Initializers.FindIndex(t => t is { ElementType: OnnxElementType.Float32, Dims: [24] });
        float[] scales = result.Model.Graph.Initializers[at].ToArray<float>();
        scales[5] *= 40;
        result.Model.Graph.Initializers[at] = OnnxTensor.Create<float>(result.Model.Graph.Initializers[at].Name, scales, 24);
        ComparisonResult comparison = await Lab.OnTest("adult", model, result.Model, "sex", "race");

        Assert.True(comparison.WorstSliceDrop > 0.01, $"{comparison.WorstSliceDrop}");
    }
}
