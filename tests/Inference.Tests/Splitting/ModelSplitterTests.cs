using Inference.Onnx;
using Inference.TestSupport;

namespace Inference.Tests.Splitting;

public sealed class ModelSplitterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    public void Split_OneUserManyItems_SpreadsTheUsersVector(int users, int items)
    {
        using IModelRunner whole = Load(SplitModels.Spread(1));
        using ModelSplit split = Split(whole, "user")!;
        Assert.Equal(["u"], split.Branch.Info.Outputs.Select(o => o.Name));
        Assert.Equal(["item", "u"], split.Rest.Info.Inputs.Select(i => i.Name));
        AssertSame(whole, split, users, items);
    }

    [Fact]
    public void Split_BySeparateBatches_ProvesTheBranchByItsOwn()
    {
        using IModelRunner whole = Load(SplitModels.Product());
        using ModelSplit split = Split(whole, "user")!;
        Assert.True(split.Branch.Info is { BatchAxis: 0, RowIndependent: true });
        Assert.Null(split.Rest.Info.BatchAxis);
        Assert.Equal(["scores", "u"], split.Rest.Info.Outputs.Select(o => o.Name));
        AssertSame(whole, split, 2, 5);
    }

    [Fact]
    public void Split_TransposedAtTheEnd_CutsWhereRowsAreRows()
    {
        using IModelRunner whole = Load(SplitModels.Product());
        using ModelSplit split = Split(whole, "item")!;
        Assert.Equal(["i"], split.Branch.Info.Outputs.Select(o => o.Name));
        Assert.True(split.Branch.Info.RowIndependent);
        AssertSame(whole, split, 2, 5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Split_ValuesCapturedByInnerGraphs_AreAtTheCut(bool flag)
    {
        using IModelRunner whole = Load(SplitModels.Captured());
        using ModelSplit split = Split(whole, "user")!;
        Assert.Equal(["u"], split.Branch.Info.Outputs.Select(o => o.Name));
        using NamedValues inputs = SplitModels.Inputs(3, 3);
        inputs.Add("flag", TensorValue.Copy<bool>([flag], []));
        using NamedValues expected = whole.Run(inputs);
        using NamedValues actual = SplitRun.Run(split, inputs);
        SplitRun.AssertSame(expected, actual, $"flag {flag}");
    }

    [Fact]
    public void Split_WholeDisposedBefore_PartsGoOn()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "model.onnx");
        OnnxModel model = SplitModels.Spread("users");
        // Large enough to be mapped and read in place.
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("large", new float[100_000], 100_000 / SplitModels.Width, SplitModels.Width));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("zero", [0], 1));
        SplitModels.Add(model, "Gather", ["large", "zero"], "nothing");
        model.Graph.Nodes.Single(n => n.Outputs[0] == "ua").Inputs[0] = "moved";
        SplitModels.Add(model, "Add", ["um", "nothing"], "moved");
        model.Save(file);
        IModelRunner whole = ModelRunner.Load(file);
        using NamedValues inputs = SplitModels.Inputs(1, 3);
        using NamedValues expected = whole.Run(inputs);
        using ModelSplit split = Split(whole, "user")!;
        whole.Dispose();
        using NamedValues actual = SplitRun.Run(split, inputs);
        SplitRun.AssertSame(expected, actual, "after disposal");
        Assert.Throws<ObjectDisposedException>(() => Split(whole, "user"));
    }

    [Fact]
    public void Split_UnknownInput_NamesItAndTheInputs()
    {
        using IModelRunner whole = Load(SplitModels.Product());
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Split(whole, "usr"));
        Assert.Equal("Model 'small': expected names of its inputs, got 'usr'. The inputs are 'user', 'item'.", error.Message);
    }

    [Fact]
    public void Split_ByAllOrNoInputs_IsNull()
    {
        using IModelRunner whole = Load(SplitModels.Product());
        Assert.Null(Split(whole, "user", "item"));
        Assert.Null(Split(whole));
    }

    [Fact]
    public void Split_NothingButViewsOfTheInput_IsNull()
    {
        OnnxModel model = SplitModels.Towers("batch", "batch");
        model.Graph.Nodes.RemoveAll(n => n.Outputs[0] is "um" or "ua" or "u");
        SplitModels.Add(model, "Cast", ["user"], "c").SetAttribute("to", (long)OnnxElementType.Float32);
        SplitModels.Add(model, "Transpose", ["c"], "t");
        SplitModels.Add(model, "MatMul", ["t", "i"], "scores");
        model.Graph.Outputs.Add(new("scores", OnnxType.Tensor(OnnxElementType.Float32, SplitModels.Width, SplitModels.Width)));
        using IModelRunner whole = Load(model);
        Assert.Null(Split(whole, "user"));
    }

    [Fact]
    public void Split_RandomNumbers_StayInTheRest()
    {
        OnnxModel model = SplitModels.Towers("batch", "batch");
        SplitModels.Add(model, "RandomNormalLike", ["u"], "noise");
        SplitModels.Add(model, "Add", ["u", "noise"], "noisy");
        SplitModels.Add(model, "Add", ["noisy", "i"], "scores");
        model.Graph.Outputs.Add(new("scores", OnnxType.Tensor(OnnxElementType.Float32, "batch", SplitModels.Width)));
        using IModelRunner whole = Load(model);
        using ModelSplit split = Split(whole, "user")!;
        Assert.Equal(["u"], split.Branch.Info.Outputs.Select(o => o.Name));
        Assert.True(split.Branch.Info.Deterministic);
        Assert.False(split.Rest.Info.Deterministic);
    }

    [Fact]
    public void Split_InputsWithDefaults_BelongToThePartThatReadsThem()
    {
        OnnxModel model = SplitModels.Product();
        model.Graph.Inputs.Add(new("U", OnnxType.Tensor(OnnxElementType.Float32, SplitModels.Width, SplitModels.Width)));
        model.Graph.Inputs.Add(new("I", OnnxType.Tensor(OnnxElementType.Float32, SplitModels.Width, SplitModels.Width)));
        using IModelRunner whole = Load(model);
        using ModelSplit split = Split(whole, "user")!;
        Assert.Equal(["user"], split.Branch.Info.Inputs.Select(i => i.Name));
        Assert.Equal(["item", "I", "u"], split.Rest.Info.Inputs.Select(i => i.Name));
        AssertSame(whole, split, 2, 5);
    }

    private static IModelRunner Load(OnnxModel model) => ModelRunner.Load(ModelSource.Bytes(model.ToArray()));

    private static ModelSplit? Split(IModelRunner whole, params string[] names) => whole.GetService<IModelSplitter>()!.Split(names);

    private static void AssertSame(IModelRunner whole, ModelSplit split, int users, int items)
    {
        using NamedValues inputs = SplitModels.Inputs(users, items);
        using NamedValues expected = whole.Run(inputs);
        using NamedValues actual = SplitRun.Run(split, inputs);
        SplitRun.AssertSame(expected, actual, $"{users} users, {items} items");
    }
}
