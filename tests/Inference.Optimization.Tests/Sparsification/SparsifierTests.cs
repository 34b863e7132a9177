using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;
using Inference.Optimization.Search;
using Inference.Optimization.Sparsification;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Sparsification;

public class SparsifierTests
{
    private const int Tokens = 256, Size = 8, Rows = 12;

    private static readonly OptimizationContext Context = new() { Loader = ModelLoader.Default, BatchRows = 4 };

    private static readonly EvaluationOptions Agreement = new() { Metric = MetricCatalog.Parse("agreement"), MaxDrop = 0.01 };

    [Fact]
    public async Task SparsifyAsync_HeadsThatLookElsewhere_GetPatternsOfTheirOwn()
    {
        OnnxModel model = Model().Build();
        byte[] before = model.ToArray();
        SparsifyResult result = await Sparsifier.SparsifyAsync(Context, model, Data(), null, null, Options());
        Assert.Equal(before, model.ToArray());
        string layers = string.Join('\n', result.Layers.Select(static l => $"{l.Action} {l.Reason}"));
        Assert.Contains("sparse head 0: blocks of 16: 0 from its own;", layers, StringComparison.Ordinal);
        Assert.Contains("sparse head 1: blocks of 16: 0 from its own, block 3 for all;", layers, StringComparison.Ordinal);
        Assert.Contains("sparse head 2: stride 32;", layers, StringComparison.Ordinal);
        Assert.Contains("dense head 3: no pattern of at most half of the keys holds 99.0 % of its attention", layers, StringComparison.Ordinal);
        Assert.Equal(4 * 256 * 256, result.SourceScores);
        Assert.Equal(256 * (16 + 32 + 8 + 256), result.Scores);
    }

    [Fact]
    public async Task SparsifyAsync_WithABudget_KeepsIt()
    {
        OnnxModel model = Model().Build();
        SparsifyResult result = await Sparsifier.SparsifyAsync(Context, model, Data(), Data(5), Agreement, Options());
        ComparisonResult compared = await ModelComparer.CompareAsync(Context, model, result.Model, Data(5), Agreement);
        Assert.Equal(Inference.Evaluation.Verdicts.VerdictOutcome.Met, compared.Verdict);
        Assert.True(result.Scores < result.SourceScores * 0.4, $"{result.Scores} of {result.SourceScores} scores are left");
    }

    [Fact]
    public async Task SparsifyAsync_Window_GivesItToAllHeads()
    {
        SparsifyResult result = await Sparsifier.SparsifyAsync(Context, Model().Build(), Data(), null, null, new SparsifyOptions { LeastTokens = 64, Block = 32, Window = 96 });
        Assert.Contains("heads 0, 1, 2, 3: blocks of 32: -2…+2 from its own", Assert.Single(result.Layers).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparsifyAsync_FewTokens_SaysSo()
    {
        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(() => Sparsifier.SparsifyAsync(Context, Model().Build(), Data()));
        Assert.Contains("expected attention over at least 512 tokens to sparsify, got 'weights': it has 256 tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparsifyAsync_AnyNumberOfTokens_SaysSo()
    {
        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(() => Sparsifier.SparsifyAsync(Context, Model().Build("tokens"), Data(), null, null, Options()));
        Assert.Contains("input 'x': expected a shape that is fixed but for the rows, got [batch,tokens,96]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparsifyAsync_NoAttention_SaysSo()
    {
        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(() => Sparsifier.SparsifyAsync(Context, SmallModels.TwoLayers(), SmallModels.Rows(4, 16)));
        Assert.Contains("got none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SparsifyAsync_AttentionEverywhere_SaysSo()
    {
        var values = new NamedValues { ["x"] = TensorValue.Copy(Lab.Normal(2 * Tokens * 12 * Size, 1, 0.1f), [2, Tokens, 12 * Size]) };
        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(() => Sparsifier.SparsifyAsync(Context, Model().Build(), new MemoryDataSource(values), null, null, Options()));
        Assert.Contains("expected heads whose attention lies in a pattern of at most half of the keys, got none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptimizeAsync_AttentionOverManyTokens_TriesToSparsifyIt()
    {
        OptimizeResult result = await BudgetOptimizer.OptimizeAsync(
            Context, new AttentionModel(512, 4, Size).Build(), Data(tokens: 512), Data(5, 512), null, new OptimizeOptions { Evaluation = Agreement, MaxDrop = 0.01 });
        CandidateRecord candidate = Assert.Single(result.Record.Candidates, static c => c.Name == "sparsify 0.99");
        Assert.True(candidate.DropHigh <= 0.01, candidate.Reason);
    }

    [Theory]
    [InlineData(24, 1, 0.5)]
    [InlineData(64, 1, 0.5)]
    [InlineData(64, 512, 1.5)]
    public async Task SparsifyAsync_OptionOutOfRange_Throws(int block, int least, double share) =>
        await Assert.ThrowsAsync<OptimizationException>(() => Sparsifier.SparsifyAsync(Context, Model().Build(), Data(), null, null, new SparsifyOptions { Block = block, LeastTokens = least, Share = share }));

    private static SparsifyOptions Options() => new() { LeastTokens = 64, Block = 16 };

    private static AttentionModel Model() => new(Tokens, 4, Size);

    // Head 0 looks at its own block, head 1 at block 3, head 2 at its residue of 32, head 3 at random places.
    private static MemoryDataSource Data(int seed = 1, int tokens = Tokens)
    {
        var random = new Random(seed);
        float[] x = Lab.Normal(Rows * tokens * 12 * Size, seed);
        for (int row = 0; row < Rows; row++)
        {
            for (int token = 0; token < tokens; token++)
            {
                for (int part = 0; part < 2; part++)
                {
                    for (int head = 0; head < 4; head++)
                    {
                        Span<float> values = x.AsSpan(((((((row * tokens) + token) * 3) + part) * 4) + head) * Size, Size);
                        int code = head switch
                        {
                            0 => token / 16,
                            1 => part == 0 || token / 16 == 3 ? 5 : 6,
                            2 => token % 32,
                            _ => random.Next(32),
                        };
                        for (int bit = 0; bit < Size; bit++)
                        {
                            values[bit] = (code >> bit & 1) == 1 ? 4 : -4;
                        }
                    }
                }
            }
        }

        return new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy(x, [Rows, tokens, 12 * Size]) });
    }
}
