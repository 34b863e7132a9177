using Inference.TestSupport;

namespace Inference.Abstractions.Tests.Typed;

public sealed class TypedModelTests
{
    private static readonly ModelPort s_x = FakeModel.Info().Inputs[0];
    private static readonly ModelPort s_y = FakeModel.Info().Outputs[0];

    [Fact]
    public void New_ModelThatFits_IsTaken()
    {
        using var runner = new FakeRunner();
        Assert.Same(runner, new TypedModel(runner, "Fake", [s_x], [s_y]).Runner);
    }

    [Theory]
    [InlineData("float32", "N,4", true)]
    [InlineData("float32", "?,?", true)]
    [InlineData("float32", "batch,4", true)]
    [InlineData("undefined", "N,4", true)]
    [InlineData("float32", null, true)]
    [InlineData("float32", "N,3", false)]
    [InlineData("float32", "8,4", false)]
    [InlineData("float32", "4", false)]
    [InlineData("float64", "N,4", false)]
    public void New_InputOfTheModel_MustTakeWhateverTheClassGives(string elements, string? shape, bool fits)
    {
        ModelSignatureException? error = New(FakeModel.Info() with { Inputs = [new("x", Type(elements, shape))] });
        Assert.Equal(fits, error is null);
        if (!fits)
        {
            Assert.Equal($"Class 'Fake', model 'fake', input 'x': the class was built for float32[N,4], the model has {Type(elements, shape)}. Load the model that the class was built for, or rebuild the class with this model.", error!.Message);
            Assert.Equal(("x", "float32[N,4]", Type(elements, shape).ToString()), (error.Port, error.Expected, error.Actual));
        }
    }

    [Theory]
    [InlineData("float32", "8,2", true)]
    [InlineData("float32", "?,?", true)]
    [InlineData("float32", null, true)]
    [InlineData("undefined", null, true)]
    [InlineData("float32", "N,3", false)]
    [InlineData("float32", "N", false)]
    [InlineData("int64", "N,2", false)]
    public void New_OutputOfTheModel_MustBeWhatTheClassReads(string elements, string? shape, bool fits) =>
        Assert.Equal(fits, New(FakeModel.Info() with { Outputs = [new("y", Type(elements, shape))] }) is null);

    [Fact]
    public void New_ModelWithoutThePort_NamesIt()
    {
        ModelSignatureException error = New(FakeModel.Info() with { Version = "7", Outputs = [new("z", s_y.Type)] })!;
        Assert.StartsWith("Class 'Fake', model 'fake', version '7', output 'y': the class was built for float32[N,2], the model has no such output.", error.Message, StringComparison.Ordinal);
        Assert.Null(error.Actual);
    }

    [Fact]
    public void New_ModelThatNeedsMore_NamesIt()
    {
        ModelSignatureException error = New(FakeModel.Info() with { Inputs = [s_x, new("mask", s_x.Type)] })!;
        Assert.StartsWith("Class 'Fake', model 'fake', input 'mask': the model requires it (float32[N,4]), the class does not have it.", error.Message, StringComparison.Ordinal);
        Assert.Null(New(FakeModel.Info() with { Inputs = [s_x, new("mask", s_x.Type, IsOptional: true)], Outputs = [s_y, new("z", s_y.Type)] }));
    }

    [Fact]
    public void New_KindsAndWhatTheyHold_AreCompared()
    {
        ModelValueType floats = ModelValueType.Map(ElementType.Int64, ModelValueType.Tensor(ElementType.Float32));
        ModelInfo info = FakeModel.Info() with { Outputs = [new("y", ModelValueType.Sequence(floats))] };
        using var runner = new FakeRunner(info);
        _ = new TypedModel(runner, "Fake", [s_x], info.Outputs);
        _ = new TypedModel(runner, "Fake", [s_x], [new("y", ModelValueType.Sequence(null))]);
        Assert.Throws<ModelSignatureException>(() => new TypedModel(runner, "Fake", [s_x], [new("y", ModelValueType.Sequence(floats with { KeyType = ElementType.String }))]));
        Assert.Throws<ModelSignatureException>(() => new TypedModel(runner, "Fake", [s_x], [new("y", ModelValueType.Optional(floats))]));
    }

    [Theory]
    [InlineData("N,4", 8, "2,4")]
    [InlineData("N,4", 0, "0,4")]
    [InlineData("3,N,2", 12, "3,2,2")]
    [InlineData("?", 5, "5")]
    [InlineData("2,3", 6, "2,3")]
    [InlineData("", 1, "")]
    [InlineData("0,3", 0, "0,3")]
    public void Copy_ShapeThatFollows_IsTheDeclaredOne(string declared, int count, string expected)
    {
        using TensorValue value = Model().Copy<float>(new("p", Type("float32", declared)), new float[count]);
        Assert.Equal(expected, string.Join(",", value.Shape.ToArray()));
        using TensorValue borrowed = Model().Borrow<float>(new("p", Type("float32", declared)), new float[count]);
        Assert.True(borrowed.IsBorrowed);
        Assert.Equal(value.Shape.ToArray(), borrowed.Shape.ToArray());
    }

    [Theory]
    [InlineData("N,4", 9, "a multiple of 4 elements")]
    [InlineData("2,3", 5, "6 elements")]
    public void Copy_CountThatDoesNotFit_NamesTheInput(string declared, int count, string expected)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Model().Copy<float>(new("p", Type("float32", declared)), new float[count]));
        Assert.Equal($"Class 'Fake', input 'p': expected {expected} for float32[{declared}], got {count}. Pass the expected number of elements.", error.Message);
        Assert.Equal("p", error.Input);
    }

    [Theory]
    [InlineData("N,M")]
    [InlineData("N,0")]
    [InlineData(null)]
    public void Copy_ShapeThatDoesNotFollow_IsAskedFor(string? declared) =>
        Assert.Contains("input 'p': the shape of", Assert.Throws<InferenceException>(() => Model().Copy<float>(new("p", Type("float32", declared)), new float[4])).Message, StringComparison.Ordinal);

    [Fact]
    public void Copy_GivenShape_IsTaken()
    {
        ModelPort port = new("p", Type("float32", "N,M"));
        using TensorValue value = Model().Copy<float>(port, new float[6], [2, 3]);
        Assert.Equal([2L, 3L], value.Shape.ToArray());
        Assert.Equal(
            "Class 'Fake', input 'p': expected the 8 elements of shape [2,4] for float32[N,M], got 6. Pass the expected number of elements.",
            Assert.Throws<InvalidInputException>(() => Model().Borrow<float>(port, new float[6], [2, 4])).Message);
    }

    [Fact]
    public void Run_OutputOfAnotherType_IsRefusedAndDisposed()
    {
        TensorValue wrong = TensorValue.Copy([1L], [1]);
        using var runner = new FakeRunner(compute: _ => new NamedValues { ["y"] = wrong });
        using NamedValues inputs = FakeModel.Rows(1);
        ModelSignatureException error = Assert.Throws<ModelSignatureException>(() => new TypedModel(runner, "Fake", [s_x], [s_y]).Run(inputs));
        Assert.Equal(("y", "float32[N,2]", "int64[1]"), (error.Port, error.Expected, error.Actual));
        Assert.Throws<ObjectDisposedException>(() => wrong.AsBytes());
        Assert.Single(inputs);
    }

    [Fact]
    public async Task RunAsync_Inputs_AreDisposedWhenItEnds()
    {
        using var runner = new FakeRunner();
        var model = new TypedModel(runner, "Fake", [s_x], [s_y]);
        NamedValues inputs = FakeModel.Rows(1);
        TensorValue x = inputs["x"];
        (await model.RunAsync(inputs)).Dispose();
        Assert.Throws<ObjectDisposedException>(() => x.AsBytes());

        runner.Fail = static _ => new ModelRunException("no");
        inputs = FakeModel.Rows(1);
        x = inputs["x"];
        await Assert.ThrowsAsync<ModelRunException>(async () => await model.RunAsync(inputs));
        Assert.Throws<ObjectDisposedException>(() => x.AsBytes());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ModelLoadedLater_IsCheckedByTheFirstCall(bool isAsync)
    {
        using var runner = new LateRunner(FakeModel.Info() with { Outputs = [new("z", s_y.Type)] });
        var model = new TypedModel(runner, "Fake", [s_x], [s_y]);
        using NamedValues inputs = FakeModel.Rows(1);
        ModelSignatureException error = isAsync
            ? await Assert.ThrowsAsync<ModelSignatureException>(async () => await model.RunAsync(inputs))
            : Assert.Throws<ModelSignatureException>(() => model.Run(inputs));
        Assert.Equal("y", error.Port);
        Assert.True(runner.IsLoaded);
    }

    private static TypedModel Model() => new(new FakeRunner(), "Fake", [s_x], [s_y]);

    private static ModelSignatureException? New(ModelInfo info)
    {
        using var runner = new FakeRunner(info);
        return (ModelSignatureException?)Record.Exception(() => new TypedModel(runner, "Fake", [s_x], [s_y]));
    }

    private static ModelValueType Type(string elements, string? shape) => ModelValueType.Tensor(
        Enum.GetValues<ElementType>().First(t => t.Name() == elements),
        shape?.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => long.TryParse(d, out long size) ? Dimension.Fixed(size) : d == "?" ? Dimension.Unknown : Dimension.Named(d)).ToArray());
}
