using Inference.Status;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

public class FeatureCachingTests
{
    private static readonly ModelValueType s_column = ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(1)]);

    [Fact]
    public async Task RunAsync_SameUserOtherItems_RunsTheBranchOnce()
    {
        var splitter = new Splitter();
        using FakeRunner model = splitter.Model;
        using IModelRunner runner = model.AsBuilder().UseFeatureCaching(["user"], o => o.Adaptive = false).Build();
        Assert.Equal(101, await Score(runner, 1, 1));
        Assert.Equal(102, await Score(runner, 1, 2));
        Assert.Equal(203, await Score(runner, 2, 3));
        Assert.Equal(104, await Score(runner, 1, 4));
        Assert.Equal(2, splitter.Branch.Calls);
        Assert.Equal(4, splitter.Rest.Calls);
        Assert.Equal(0, model.Calls);
        Assert.Equal(2, runner.GetService<ICacheControl>()!.Statistics.Entries);
    }

    [Fact]
    public void Dispose_DisposesAllThree()
    {
        var splitter = new Splitter();
        splitter.Model.AsBuilder().UseFeatureCaching(["user"]).Build().Dispose();
        Assert.Equal((1, 1, 1), (splitter.Model.DisposeCount, splitter.Branch.DisposeCount, splitter.Rest.DisposeCount));
    }

    [Fact]
    public void Build_NothingToCut_FailsOrPassesThrough()
    {
        using var model = new FakeRunner();
        InferenceException error = Assert.Throws<InferenceException>(() => model.AsBuilder().UseFeatureCaching(["x"]).Build());
        Assert.Contains("expected some nodes that depend on x alone", error.Message, StringComparison.Ordinal);
        Assert.Same(model, model.AsBuilder().UseFeatureCaching(["x"], o => o.WhenNotCacheable = NotCacheableMode.PassThrough).Build());
    }

    [Fact]
    public void Build_AboveAnotherStage_Fails()
    {
        var splitter = new Splitter();
        InferenceException error = Assert.Throws<InferenceException>(() => splitter.Model.AsBuilder().UseFeatureCaching(["user"]).UseCaching().Build());
        Assert.Contains("Add UseFeatureCaching last", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_UnknownInput_IsLeftToTheModel()
    {
        var splitter = new Splitter();
        using IModelRunner runner = splitter.Model.AsBuilder().UseFeatureCaching(["user"]).Build();
        using var inputs = new NamedValues { ["other"] = TensorValue.Copy<float>([1f], [1, 1]) };
        await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs));
    }

    private static async Task<float> Score(IModelRunner runner, float user, float item)
    {
        using var inputs = new NamedValues { ["user"] = TensorValue.Copy<float>([user], [1, 1]), ["item"] = TensorValue.Copy<float>([item], [1, 1]) };
        using NamedValues outputs = await runner.RunAsync(inputs);
        return outputs["score"].AsSpan<float>()[0];
    }

    // score = 100 · user + item, cut after the product.
    private sealed class Splitter : IModelSplitter
    {
        public Splitter()
        {
            Model = new FakeRunner(Info("whole", ["user", "item"], "score"), _ => throw new InvalidInputException("not known"));
            Model.Services[typeof(IModelSplitter)] = this;
        }

        public FakeRunner Model { get; }

        public FakeRunner Branch { get; } = new(Info("branch", ["user"], "cut"), x =>
            new NamedValues { ["cut"] = TensorValue.Copy<float>([x["user"].AsSpan<float>()[0] * 100], [1, 1]) });

        public FakeRunner Rest { get; } = new(Info("rest", ["cut", "item"], "score"), x =>
            new NamedValues { ["score"] = TensorValue.Copy<float>([x["cut"].AsSpan<float>()[0] + x["item"].AsSpan<float>()[0]], [1, 1]) });

        public ModelSplit? Split(IReadOnlyCollection<string> branchInputs) => new(Branch, Rest);

        private static ModelInfo Info(string name, string[] inputs, string output) => FakeModel.Info(name) with
        {
            Inputs = [.. inputs.Select(i => new ModelPort(i, s_column))],
            Outputs = [new ModelPort(output, s_column)],
        };
    }
}
