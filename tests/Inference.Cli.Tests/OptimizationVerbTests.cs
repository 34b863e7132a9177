using System.Text.Json;
using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.Onnx;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests;

/// <summary>The optimizing verbs from end to end, on a real model and its data, by exit codes and files.</summary>
public sealed class OptimizationVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedDataFact("models")]
    public async Task Quantize_FolderOfRoles_WritesASmallerModelThatExplainsItself()
    {
        string output = _folder.File("q.onnx");
        Assert.Equal(ExitCodes.Done, await RunAsync("quantize", Model, "-o", output, "--data", Rows, "--labels", "label", "--max-drop", "0.5%", "--report", _folder.File("q.html")));
        Assert.True(new FileInfo(output).Length < 0.3 * new FileInfo(Path.Combine(Model, "model.onnx")).Length);
        string page = await File.ReadAllTextAsync(_folder.File("q.html"));
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, await RunAsync("explain", output));
        Assert.Equal(ExitCodes.Done, await RunAsync("compare", Model, output, "--data", Rows, "--labels", "label", "--max-drop", "0.5%"));
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", output, "-o", _folder.File("qq.onnx"), "--data", Rows));
        Assert.False(File.Exists(_folder.File("qq.onnx")));
    }

    [SharedDataFact("models")]
    public async Task Quantize_BFloat16_HalvesTheWeightsAndSaysHowItIsMultiplied()
    {
        string output = _folder.File("half.onnx");
        Assert.Equal(ExitCodes.Done, await RunAsync("quantize", Model, "-o", output, "--mode", "bfloat16", "--data", Rows, "--labels", "label", "--max-drop", "0.5%"));
        Assert.InRange((double)new FileInfo(output).Length / new FileInfo(Path.Combine(Model, "model.onnx")).Length, 0.4, 0.6);
        using OnnxModel half = OnnxModel.Load(output);
        Assert.Contains("load option Precision", half.Metadata["inference.decision"], StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, await RunAsync("compare", Model, output, "--data", Rows, "--labels", "label", "--max-drop", "0.5%", "--other-precision", "bfloat16"));
        Assert.Equal(ExitCodes.Usage, await RunAsync("compare", Model, output, "--data", Rows, "--labels", "label", "--other-precision", "half"));
    }

    [SharedDataFact("models")]
    public async Task Quantize_BadInput_FailsAndWritesNothing()
    {
        string output = _folder.File("q.onnx");
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", Model, "-o", output));
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", Model, "-o", output, "--data", TestData.Path("data", "adult", "calib.npz")));
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", Model, "-o", output, "--data", Rows, "--labels", "label", "--metric", "mse"));
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", Model, "-o", Path.Combine(Model, "model.onnx"), "--data", Rows));
        Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", _folder.File("none.onnx"), "-o", output, "--data", Rows));
        Assert.Equal(ExitCodes.Usage, await RunAsync("quantize", Model, "-o", output, "--data", Rows, "--exclude", "no such node"));
        Assert.Equal(ExitCodes.Usage, await RunAsync("quantize", Model, "-o", output, "--data", Rows, "--mode", "fast"));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [SharedDataFact("models")]
    public async Task Quantize_DryRun_WritesNothing()
    {
        Assert.Equal(ExitCodes.Done, await RunAsync("quantize", Model, "-o", _folder.File("q.onnx"), "--mode", "dynamic", "--dry-run", "--json"));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [SharedDataFact("models")]
    public async Task Optimize_UnreachableBudget_EndsWithTwoAndTheBestModel()
    {
        string output = _folder.File("best.onnx");
        Assert.Equal(ExitCodes.BoundNotMet, await RunAsync("optimize", Model, "-o", output, "--data", Path.Combine(Rows, "calib.npz"), "--labels", "label", "--min-speedup", "100000", "--max-time", "1s"));
        using OnnxModel best = OnnxModel.Load(output);
        using JsonDocument record = JsonDocument.Parse(best.Metadata["inference.decision"]);
        Assert.False(record.RootElement.GetProperty("met").GetBoolean());
        Assert.Equal(3, record.RootElement.GetProperty("data").GetArrayLength());
    }

    [SharedDataFact("models")]
    public async Task Factorize_ToHalf_Keeps()
    {
        string output = _folder.File("f.onnx");
        Assert.Equal(ExitCodes.Done, await RunAsync("factorize", Model, "-o", output, "--unmeasured", "--data", Rows, "--labels", "label", "--max-drop", "1%"));
        Assert.Equal(ExitCodes.BoundNotMet, await RunAsync("factorize", Model, "-o", output, "--unmeasured", "--target-macs", "0.1", "--max-layer-error", "1", "--data", Rows, "--labels", "label", "--max-drop", "0.1%"));
    }

    [SharedDataFact("models")]
    public async Task Distill_WithSearchRows_CarriesItsThreshold()
    {
        string output = _folder.File("s.onnx");
        Assert.Equal(ExitCodes.Done, await RunAsync("distill", TestData.Path("models", "adult_wide_deep"), "-o", output, "--epochs", "4", "--data", TestData.Path("data", "adult"), "--labels", "label", "--max-drop", "0.5%"));
        using OnnxModel student = OnnxModel.Load(output);
        Assert.Contains("threshold", student.Metadata["inference.cascade"], StringComparison.Ordinal);
        Assert.Contains("cascade", student.Metadata["inference.decision"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Distill_StudentFarWorseThanTheTeacher_EndsWithTwoAndWritesNothing()
    {
        // A product of signs: no linear student explains any of it.
        string model = WriteModel(new OnnxNode("MatMul", ["x", "W"], ["h"]), new OnnxNode("Mul", ["h", "h"], ["s"]), new OnnxNode("MatMul", ["s", "V"], ["y"]));
        string output = _folder.File("s.onnx");
        Assert.Equal(ExitCodes.BoundNotMet, await RunAsync("distill", model, "-o", output, "--data", WriteRows(), "--epochs", "3"));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Quantize_SourceOrMissingColumn_IsRefusedBeforeTheWork()
    {
        string model = WriteModel(new OnnxNode("MatMul", ["x", "W"], ["h"]), new OnnxNode("Relu", ["h"], ["s"]), new OnnxNode("MatMul", ["s", "V"], ["y"]));
        string rows = WriteRows();
        File.CreateSymbolicLink(_folder.File("link.onnx"), model);
        byte[] before = await File.ReadAllBytesAsync(model);
        using var errors = new StringWriter();
        TextWriter standard = Console.Error;
        Console.SetError(errors);
        try
        {
            Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", _folder.File("link.onnx"), "-o", model, "--data", rows));
            Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", model, "-o", Path.Combine(rows, "q.onnx"), "--data", rows));
            Assert.Equal(ExitCodes.Failed, await RunAsync("quantize", model, "-o", _folder.File("q.onnx"), "--data", rows, "--labels", "none"));
            Assert.Equal(ExitCodes.Usage, await RunAsync("quantize", model, "-o", rows, "--data", rows));
            Assert.Equal(ExitCodes.Usage, await RunAsync("quantize", model, "-o", _folder.File("q.onnx"), "--data", rows, "--max-drop", "5"));
        }
        finally
        {
            Console.SetError(standard);
        }

        Assert.DoesNotContain("calibrate", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(model));
        Assert.False(File.Exists(_folder.File("q.onnx")));
    }

    private string WriteModel(params OnnxNode[] nodes)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        model.Graph.Name = "made by hand";
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "N", 8)));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32, "N", 2)));
        model.Graph.Nodes.AddRange(nodes);
        var random = new Random(1);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [.. Enumerable.Range(0, 8 * 64).Select(_ => (float)random.NextDouble() - 0.5f)], 8, 64));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("V", [.. Enumerable.Range(0, 64 * 2).Select(_ => (float)random.NextDouble() - 0.5f)], 64, 2));
        model.Save(_folder.File("model.onnx"));
        return _folder.File("model.onnx");
    }

    private string WriteRows()
    {
        var random = new Random(2);
        IEnumerable<string> lines = Enumerable.Range(0, 400).Select(_ => string.Join(',', Enumerable.Range(0, 8).Select(_ => ((random.NextDouble() * 2) - 1).ToString("F4", System.Globalization.CultureInfo.InvariantCulture))));
        File.WriteAllLines(_folder.File("rows.csv"), lines.Prepend("a,b,c,d,e,f,g,h"));
        return _folder.File("rows.csv");
    }

    [SharedDataFact("models")]
    public async Task Optimize_SeveralMetricsAndLimits_AreInTheRecord()
    {
        string output = _folder.File("small.onnx");
        Assert.Equal(ExitCodes.Done, await RunAsync(
            "optimize", Model, "-o", output, "--data", Rows, "--labels", "label", "--metric", "accuracy,logloss", "--max-drop", "5%", "--max-bytes", "150KB", "--max-p95", "1s", "--objective", "size", "--max-time", "1s"));
        using OnnxModel best = OnnxModel.Load(output);
        using JsonDocument record = JsonDocument.Parse(best.Metadata["inference.decision"]);
        Assert.Equal("drop ≤ 5.00 % of accuracy and logloss, weights ≤ 150,000 bytes, p95 ≤ 1000000.0 µs, smallest, time ≤ 00:00:01", record.RootElement.GetProperty("budget").GetString());
        Assert.Equal("logloss", Assert.Single(record.RootElement.GetProperty("quality").GetProperty("otherMetrics").EnumerateArray()).GetProperty("name").GetString());
        Assert.True(record.RootElement.GetProperty("bytes").GetInt64() <= 150_000);
    }

    [SharedDataTheory("models")]
    [InlineData("--max-bytes", "many")]
    [InlineData("--max-bytes", "0")]
    [InlineData("--max-p95", "5")]
    [InlineData("--max-p95", "-5ms")]
    [InlineData("--objective", "speed")]
    [InlineData("--max-time", "soon")]
    [InlineData("--max-gap-growth", "5")]
    public async Task Optimize_OptionOutOfRange_IsAUsageError(string option, string value) =>
        Assert.Equal(ExitCodes.Usage, await RunAsync("optimize", Model, "-o", _folder.File("x.onnx"), "--data", Rows, "--labels", "label", option, value));

    [SharedDataFact("models")]
    public async Task Sparsify_AModelWithoutAttention_ExitsWithThree()
    {
        string output = _folder.File("sparse.onnx");
        Assert.Equal(ExitCodes.Unsupported, await RunAsync("sparsify", Model, "-o", output, "--data", Rows, "--labels", "label"));
        Assert.False(File.Exists(output));
    }

    [SharedDataFact("models")]
    public async Task Explain_AModelWithoutARecord_Fails() => Assert.Equal(ExitCodes.Failed, await RunAsync("explain", Model));

    [Theory]
    [InlineData("quantize")]
    [InlineData("factorize")]
    [InlineData("prune")]
    [InlineData("sparsify")]
    [InlineData("distill")]
    [InlineData("optimize")]
    [InlineData("compare")]
    [InlineData("explain")]
    public async Task Help_EveryVerb_IsThere(string verb) => Assert.Equal(ExitCodes.Done, await RunAsync(verb, "--help"));

    private static string Model => TestData.Path("models", "mnist_mlp");

    private static string Rows => TestData.Path("data", "mnist");

    private static Task<int> RunAsync(params string[] arguments) => CommandTable.Create().Parse(arguments).InvokeAsync();
}
