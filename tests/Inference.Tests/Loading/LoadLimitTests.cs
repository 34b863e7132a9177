using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public sealed class LoadLimitTests
{
    [Fact]
    public void Load_NoTimeLeft_StopsWithDeadlineExceeded()
    {
        var options = new ModelLoadOptions { MaxLoadTime = TimeSpan.Zero };
        DeadlineExceededException error = Assert.Throws<DeadlineExceededException>(() => ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()), options));
        Assert.Contains("MaxLoadTime", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_CancelledToken_IsCancelled()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelLoader.Default.LoadAsync(ModelSource.Bytes(SmallModels.Dense()), new(), source.Token).AsTask());
    }

    [Fact]
    public void Load_ConstantThatExpandsBeyondTheWeights_IsLeftToTheRun()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("shape", [1L << 20, 4096], 2));
        model.Graph.Nodes.Add(new("ConstantOfShape", ["shape"], ["huge"]));
        model.Graph.Nodes.Add(new("Shape", ["huge"], ["dims"]));
        model.Graph.Outputs.Add(new("dims", OnnxType.Tensor(OnnxElementType.Int64, 2)));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxMemoryBytes = 1 << 20 });
        using NamedValues y = runner.Run(new NamedValues { ["x"] = TensorValue.Copy<float>([1f], [1]) });
        Assert.Equal([1L << 20, 4096L], y["dims"].AsSpan<long>());
    }

    [Fact]
    public void Load_NestedBranches_ReplacesValuesAtEveryDepth()
    {
        // The Identity outside goes away; the innermost branch, two levels down, used its output.
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        model.Graph.Inputs.Add(new("c", OnnxType.Tensor(OnnxElementType.Bool)));
        model.Graph.Nodes.Add(new("Neg", ["x"], ["n"]));
        model.Graph.Nodes.Add(new("Identity", ["n"], ["same"]));
        OnnxNode node = new("Abs", ["same"], ["y"]);
        for (int depth = 0; depth < 2; depth++)
        {
            var inner = new OnnxGraph { Name = "branch" };
            inner.Nodes.Add(node);
            inner.Outputs.Add(new("y"));
            node = new("If", ["c"], ["y"]);
            node.Attributes.Add(OnnxAttribute.FromGraph("then_branch", inner));
            node.Attributes.Add(OnnxAttribute.FromGraph("else_branch", inner));
        }

        model.Graph.Nodes.Add(node);
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using NamedValues y = runner.Run(new NamedValues { ["x"] = TensorValue.Copy<float>([1f, -2f], [2]), ["c"] = TensorValue.Copy<bool>([true], []) });
        Assert.Equal([1f, 2f], y["y"].AsSpan<float>());
    }
}
