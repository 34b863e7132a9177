using FsCheck;
using FsCheck.Fluent;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Sparsification;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Sparsification;

/// <summary>A model with patterns equals dense attention in which each head has a mask of its pattern.</summary>
public class PatternWriterTests
{
    private const float Error = 1e-4f;

    public static TheoryData<string> Kinds => ["none", "causal", "row", "computed"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Apply_OnTheManagedEngine_EqualsDenseWithTheSameMask(string kind) => Check(ModelLoader.Default, 192, kind, Some(16));

    [OrtTheory]
    [MemberData(nameof(Kinds))]
    public void Apply_OnOnnxRuntime_EqualsDenseWithTheSameMask(string kind) => Check(Lab.OnnxRuntime().Loader, 192, kind, Some(16));

    [Fact]
    public void Apply_TokensThatAreNoMultipleOfTheBlock_EqualsDenseWithTheSameMask() => Check(ModelLoader.Default, 150, "causal", Some(32));

    [Fact]
    public void Apply_AnyPatterns_EqualsDenseWithTheSameMask()
    {
        Gen<AttentionPattern> blocks = Gen.Choose(-7, 7).ArrayOf().Zip(Gen.Choose(0, 7).ArrayOf()).Select(static p => AttentionPattern.Blocks(16, p.Item1.Take(4), p.Item2.Take(3)));
        Gen<AttentionPattern> all = Gen.OneOf(blocks, Gen.Elements(2, 4, 8, 16).Select(AttentionPattern.Strided), Gen.Constant(AttentionPattern.Dense));
        Prop.ForAll(all.Three().Zip(Gen.Elements("none", "causal", "row", "computed")).ToArbitrary(), pair =>
        {
            Check(ModelLoader.Default, 128, pair.Item2, [pair.Item1.Item1, pair.Item1.Item2, pair.Item1.Item3]);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Keys_Patterns_AreThoseThatAreComputed()
    {
        Assert.Equal(48, AttentionPattern.Blocks(16, [-1], [0]).Keys(128));
        Assert.Equal(16, AttentionPattern.Strided(8).Keys(128));
        Assert.Equal(128, AttentionPattern.Dense.Keys(128));
        Assert.Equal("blocks of 16: -1…+1, +4 from its own, blocks 0, 3 for all", AttentionPattern.Blocks(16, [4, -1, 1], [3, 0]).ToString());
    }

    private static AttentionPattern[] Some(int block) => [AttentionPattern.Blocks(block, [-1, 1], []), AttentionPattern.Strided(6), AttentionPattern.Blocks(block, [-3], [0, 2])];

    private static void Check(IModelLoader loader, int tokens, string kind, AttentionPattern[] patterns)
    {
        const int Rows = 2, Size = 4;
        float[]? mask = kind switch
        {
            "causal" => [.. Enumerable.Range(0, tokens * tokens).Select(i => i % tokens > i / tokens ? -1e9f : 0f)],
            "row" => Lab.Normal(tokens, 4),
            _ => null,
        };
        var made = new AttentionModel(tokens, patterns.Length, Size, mask, kind == "computed");
        float[] keys = Lab.Normal(Rows * tokens, 8, 3);
        float[] x = Lab.Normal(Rows * tokens * 3 * patterns.Length * Size, 3);
        OnnxModel source = made.Build();
        GraphEditor editor = ModelPreparation.Prepare(source);
        (_, AttentionLayer? layer, string reason) = Assert.Single(AttentionLayer.All(editor.Index));
        Assert.Equal("", reason);
        long[] shape = [1, patterns.Length, tokens, Size];
        Assert.Equal("", layer!.Fit(new Dictionary<string, long[]> { [layer.Queries] = shape, [layer.KeysTransposed] = [1, patterns.Length, Size, tokens], [layer.Values] = shape, ["r"] = [1, 1, 1, tokens], ["root"] = [] }));
        var run = new SparsifyRun(new OptimizationContext { Loader = loader }, source, editor.Model, new SparsifyOptions());
        OnnxModel model = run.Build(Enumerable.Range(0, patterns.Length).ToDictionary(h => new AttentionHead(layer, h, null), h => patterns[h]));
        using IModelRunner runner = loader.LoadAsync(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions(), default).AsTask().GetAwaiter().GetResult();
        var inputs = new NamedValues { ["x"] = TensorValue.Copy(x, [Rows, tokens, x.Length / Rows / tokens]) };
        if (kind == "computed")
        {
            inputs["keys"] = TensorValue.Copy(keys, [Rows, tokens]);
        }

        using NamedValues outputs = runner.Run(inputs);
        float[] expected = made.Expected(x, Rows, patterns, kind == "computed" ? keys : null);
        ReadOnlySpan<float> actual = outputs["y"].AsSpan<float>();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Error, $"{string.Join(" | ", (object[])patterns)}, {kind}: value {i} is {actual[i]}, expected {expected[i]}");
        }
    }
}
