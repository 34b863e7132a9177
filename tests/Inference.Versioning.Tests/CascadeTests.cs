using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class CascadeTests
{
    // x: [id, confidence of the small model, …]; the small model answers id + 0.5 with that confidence, the big one id · 10.
    private static readonly ModelPort[] s_outputs =
    [
        new("score", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N")])),
        new("p", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(2)])),
    ];

    private readonly FakeRunner _small = new(Info("small", CascadeJson(0.8)), inputs => Outputs(inputs, id => id + 0.5f));
    private readonly FakeRunner _big = new(Info("big", null), inputs => Outputs(inputs, id => id * 10));

    [Fact]
    public async Task Run_MixedRows_SureOnesStopAndOrderIsKept()
    {
        await using IModelRunner cascade = Build();
        var context = new RunContext();
        float[] scores = await RunAsync(cascade, [0.9f, 0.4f, 0.95f, 0.5f, 0.3f], context);
        Assert.Equal([0.5f, 10, 2.5f, 30, 40], scores);
        Assert.Equal(3, _big.TotalRows);
        Assert.Equal(5, _small.TotalRows);
        Assert.Equal(["cascade:2/5"], context.Record.Path);
    }

    [Fact]
    public async Task Run_AllSure_TheBigModelDoesNotRun()
    {
        await using IModelRunner cascade = Build();
        float[] got = await RunAsync(cascade, [0.9f, 0.99f]);
        Assert.Equal([0.5f, 1.5f], got);
        Assert.Equal(0, _big.Calls);
    }

    [Fact]
    public async Task Run_NoneSure_TheBigModelGetsTheInputsAsTheyAre()
    {
        await using IModelRunner cascade = Build();
        float[] got = await RunAsync(cascade, [0.5f, 0.6f]);
        Assert.Equal([0, 10], got);
        Assert.Equal(1, _big.Calls);
    }

    [Fact]
    public async Task Run_NaNConfidence_GoesOn()
    {
        await using IModelRunner cascade = Build();
        float[] got = await RunAsync(cascade, [float.NaN, 0.9f]);
        Assert.Equal([0, 1.5f], got);
    }

    [Fact]
    public async Task Run_SmallFails_BigAnswersAll()
    {
        _small.Fail = _ => new ModelRunException("broken");
        await using IModelRunner cascade = Build();
        float[] got = await RunAsync(cascade, [0.9f, 0.9f]);
        Assert.Equal([0, 10], got);
    }

    [Fact]
    public async Task Run_ThresholdOverridden_CountsInsteadOfTheCalibratedOne()
    {
        await using IModelRunner cascade = Build(o => o.ThresholdValue = 0.5);
        float[] got = await RunAsync(cascade, [0.6f]);
        Assert.Equal([0.5f], got);
    }

    [Fact]
    public void Build_RowsNotIndependent_IsRejected()
    {
        _big.Info = _big.Info with { RowIndependent = false };
        InferenceException error = Assert.Throws<InferenceException>(() => Build());
        Assert.Contains("the large model 'big': expected batch axis 0 and independent rows, got", error.Message);
    }

    [Fact]
    public async Task Run_NoThreshold_SaysWhereItBelongs()
    {
        _small.Info = Info("small", null);
        await using IModelRunner cascade = Build();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => RunAsync(cascade, [0.9f]));
        Assert.Contains("expected a threshold in its metadata 'inference.cascade'", error.Message);
    }

    [Theory]
    [InlineData("""{"version":2,"output":"p","kind":"margin","threshold":0.5}""", "expected version 1")]
    [InlineData("""{"version":1,"output":"p","kind":"entropy","threshold":0.5}""", "got 'entropy'")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":1.5}""", "expected a threshold between 0 and 1")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":0.5,"transform":"exp"}""", "got 'exp'")]
    [InlineData("""{"version":1,"kind":"margin"}""", "cannot be read")]
    public void Parse_Malformed_SaysWhat(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<InferenceException>(() => CascadeThreshold.Parse(json, "here")).Message);

    [Theory]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.None, new[] { 0.2f, 0.7f, 0.1f }, 0.7)]
    [InlineData(ConfidenceKind.Margin, ConfidenceTransform.None, new[] { 0.2f, 0.7f, 0.1f }, 0.5)]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.Softmax, new[] { 0f, 0f }, 0.5)]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.Sigmoid, new[] { 0f, -5f }, 0.5)]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.None, new[] { 0.1f }, 0.9)]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.None, new[] { 0.1f, 0.9f }, 0.9)]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.Sigmoid, new[] { 0f }, 0.5)]
    public void Read_EachKind_GivesItsConfidence(ConfidenceKind kind, ConfidenceTransform transform, float[] row, double expected)
    {
        using TensorValue tensor = TensorValue.Copy(row, [1, row.Length]);
        Span<double> confidence = stackalloc double[1];
        new CascadeThreshold("p", kind, 0.5, transform).Read(tensor, confidence);
        Assert.Equal(expected, confidence[0], 6);
    }

    [Fact]
    public void Property_AnyRows_EachIsAnsweredByTheRightModelInItsPlace()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var small = new FakeRunner(Info("small", CascadeJson(0.8)), inputs => Outputs(inputs, id => id + 0.5f));
            var big = new FakeRunner(Info("big", null), inputs => Outputs(inputs, id => id * 10));
            IModelRunner cascade = big.AsBuilder().UseCascade(null, small).Build();
            float[] confidences = [.. bytes.Select(b => b / 255f)];
            if (confidences.Length == 0)
            {
                return true;
            }

            float[] scores = RunAsync(cascade, confidences).GetAwaiter().GetResult();
            bool right = scores.Select((s, i) => s == (Math.Max(confidences[i], 1 - confidences[i]) >= 0.8f ? i + 0.5f : i * 10f)).All(x => x);
            return right && big.RowsSeen.Values.All(n => n == 1) && small.TotalRows == confidences.Length;
        }).QuickCheckThrowOnFailure();
    }

    private IModelRunner Build(Action<CascadeOptions>? configure = null) => _big.AsBuilder().UseCascade(configure, _small).Build();

    private static async Task<float[]> RunAsync(IModelRunner runner, float[] confidences, RunContext? context = null)
    {
        float[] x = new float[confidences.Length * 4];
        for (int i = 0; i < confidences.Length; i++)
        {
            (x[i * 4], x[i * 4 + 1]) = (i, confidences[i]);
        }

        using var inputs = new NamedValues { [FakeModel.Input] = TensorValue.Copy(x, [confidences.Length, 4]) };
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal(["score", "p"], outputs.Select(o => o.Key));
        return outputs["score"].AsSpan<float>().ToArray();
    }

    private static string CascadeJson(double threshold) => $$"""{"version":1,"output":"p","kind":"max_probability","threshold":{{threshold}},"transform":"none"}""";

    private static ModelInfo Info(string name, string? cascade) => FakeModel.Info(name) with
    {
        Outputs = s_outputs,
        Metadata = cascade is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [CascadeThreshold.MetadataKey] = cascade },
    };

    private static NamedValues Outputs(NamedValues inputs, Func<float, float> score)
    {
        TensorValue x = inputs[FakeModel.Input];
        int rows = (int)x.Shape[0];
        float[] scores = new float[rows];
        float[] p = new float[rows * 2];
        for (int r = 0; r < rows; r++)
        {
            scores[r] = score(x.AsSpan<float>()[r * 4]);
            p[r * 2] = x.AsSpan<float>()[r * 4 + 1];
            p[r * 2 + 1] = 1 - p[r * 2];
        }

        return new NamedValues { ["score"] = TensorValue.Copy(scores, [rows]), ["p"] = TensorValue.Copy(p, [rows, 2]) };
    }
}
