using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public sealed class InputErrorTests
{
    [Fact]
    public void Run_AMissingInput_NamesIt() => Fails(new NamedValues(), "input 'x': expected float32[batch,3], got nothing");

    [Fact]
    public void Run_AnUnknownInput_NamesItAndTheKnownOnes() => Fails(
        new NamedValues { ["x"] = Floats(1, 3), ["z"] = Floats(1, 3) }, "got 'z', which is not an input of the model; expected 'x'");

    [Fact]
    public void Run_AnotherElementType_NamesBoth() => Fails(
        new NamedValues { ["x"] = TensorValue.Copy<double>([1, 2, 3], [1, 3]) }, "expected float32[batch,3], got float64[1,3]");

    [Fact]
    public void Run_AnotherRank_NamesBothShapes() => Fails(new NamedValues { ["x"] = Floats(3) }, "expected shape [batch,3] of rank 2, got [3] of rank 1");

    [Fact]
    public void Run_AnotherFixedDimension_NamesBothShapes() => Fails(new NamedValues { ["x"] = Floats(1, 4) }, "expected shape [batch,3], got [1,4]");

    [Fact]
    public void Run_AnotherKind_NamesBoth() => Fails(
        new NamedValues { { "x", new SequenceValue([], ElementType.Float32) } }, "expected float32[batch,3], got a sequence");

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Run_OneElement_GoesInWithTheRankDeclared(bool declaredScalar, bool passedScalar)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(OfOne(OnnxElementType.Float32, declaredScalar)));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([3f], passedScalar ? [] : [1]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(declaredScalar ? [] : [1L], outputs["y"].Shape.ToArray());
        Assert.Equal(3f, outputs["y"].AsSpan<float>()[0]);
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", (TensorValue)inputs["x"]);
        bound.Run();
        Assert.Equal(declaredScalar ? [] : [1L], bound.GetOutput("y").Shape.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_OneText_GoesInWithTheRankDeclared(bool declaredScalar)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(OfOne(OnnxElementType.String, declaredScalar)));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<string>(["a"], declaredScalar ? [1] : []) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(declaredScalar ? [] : [1L], outputs["y"].Shape.ToArray());
        Assert.Equal("a", outputs["y"].AsSpan<string>()[0]);
    }

    [Fact]
    public void Run_TwoElementsForAScalar_IsRefused()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(OfOne(OnnxElementType.Float32, scalar: true)));
        using var inputs = new NamedValues { ["x"] = Floats(2) };
        Assert.Contains("expected shape [] of rank 0, got [2] of rank 1", Assert.Throws<InvalidInputException>(() => runner.Run(inputs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AScalarForAFreeAxis_IsRefused()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, [OnnxDimension.Of("batch")])));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, [OnnxDimension.Of("batch")])));
        model.Graph.Nodes.Add(new("Identity", ["x"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([3f], []) };
        Assert.Contains("expected shape [batch] of rank 1, got [] of rank 0", Assert.Throws<InvalidInputException>(() => runner.Run(inputs)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AnEmptyBatch_GivesAnEmptyResult()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        using var inputs = new NamedValues { ["x"] = Floats(0, 3) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([0L, 2L], outputs["y"].Shape.ToArray());
    }

    [Fact]
    public void Load_UnsupportedOperators_ListsAllOfThem()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.OperatorSets.Add(new("org.example", 2));
        model.Graph.Nodes.Add(new("Frobnicate", ["x"], ["a"], "org.example"));
        model.Graph.Nodes.Add(new("NoSuchOperator", ["a"], ["y"]));
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => ModelRunner.Load(ModelSource.Bytes(model.ToArray())));
        Assert.Equal(["ai.onnx.NoSuchOperator-13", "org.example.Frobnicate-2"], error.Operators);
    }

    [Fact]
    public void Load_AMissingFile_SaysWhichAndWhatToDo()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelRunner.Load("no/such/model.onnx"));
        Assert.Contains("no/such/model.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains("Check the path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ACycle_IsRefused()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Outputs.Add(new("a", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Nodes.Add(new("Add", ["x", "b"], ["a"]));
        model.Graph.Nodes.Add(new("Neg", ["a"], ["b"]));
        Assert.Contains("cycle", Assert.Throws<ModelLoadException>(() => ModelRunner.Load(ModelSource.Bytes(model.ToArray()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AfterDispose_Throws()
    {
        IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        runner.Dispose();
        runner.Dispose();
        using var inputs = new NamedValues { ["x"] = Floats(1, 3) };
        Assert.Throws<ObjectDisposedException>(() => runner.Run(inputs));
    }

    [Fact]
    public async Task Run_WithACancelledToken_IsCancelled()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        using var inputs = new NamedValues { ["x"] = Floats(1, 3) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => (await runner.RunAsync(inputs, null, new CancellationToken(true))).Dispose());
    }

    [Fact]
    public void Run_PastItsDeadline_DoesNotStart()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        using var inputs = new NamedValues { ["x"] = Floats(1, 3) };
        Assert.Throws<DeadlineExceededException>(() => runner.Run(inputs, new RunContext { Deadline = DateTimeOffset.UnixEpoch }));
    }

    private static TensorValue Floats(params long[] shape) => TensorValue.Copy(new float[TensorShape.Count(shape)], shape);

    private static void Fails(NamedValues inputs, string expected)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        using (inputs)
        {
            InvalidInputException error = Assert.Throws<InvalidInputException>(() => runner.Run(inputs));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] OfOne(OnnxElementType type, bool scalar)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", scalar ? OnnxType.Tensor(type, Array.Empty<OnnxDimension>()) : OnnxType.Tensor(type, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(type)));
        model.Graph.Nodes.Add(new("Identity", ["x"], ["y"]));
        return model.ToArray();
    }
}
