using Inference.TestSupport;

namespace Inference.Abstractions.Tests.Running;

public sealed class ModelRunnerTensorExtensionsTests
{
    private static readonly float[] s_rows = [5, 1, 2, 3, 6, 1, 2, 3];

    [Fact]
    public void Run_OneInputAndOutput_GivesTheOutput()
    {
        using var runner = new FakeRunner();
        using TensorValue y = runner.Run("x", s_rows, [2, 4]);
        Assert.Equal([.. FakeModel.Expected(5), .. FakeModel.Expected(6)], y.AsSpan<float>().ToArray());
        Assert.Equal([2L, 2L], y.Shape.ToArray());
    }

    [Fact]
    public void Run_Span_PassesTheContext()
    {
        using var runner = new FakeRunner();
        var context = new RunContext();
        ReadOnlySpan<float> rows = s_rows;
        runner.Run("x", rows[..4], [1, 4], context).Dispose();
        Assert.Same(context, Assert.Single(runner.Contexts));
    }

    [Fact]
    public async Task RunAsync_Memory_IsReadInPlaceUntilTheCallCompletes()
    {
        using var runner = new FakeRunner();
        runner.Gate.Close();
        float[] rows = [.. s_rows];
        ValueTask<TensorValue> run = runner.RunAsync<float>("x", rows.AsMemory(), [2, 4]);
        rows[0] = 7;
        runner.Gate.Open();
        using TensorValue y = await run;
        Assert.Equal(FakeModel.Expected(7), y.AsSpan<float>()[..2].ToArray());
    }

    [Fact]
    public async Task RunAsync_Cancelled_Throws()
    {
        using var runner = new FakeRunner();
        runner.Gate.Close();
        using var source = new CancellationTokenSource();
        ValueTask<TensorValue> run = runner.RunAsync("x", s_rows, [2, 4], cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await run);
        runner.Gate.Open();
    }

    [Fact]
    public void Run_TheResult_IsTheCallersAlone()
    {
        TensorValue? given = null;
        using var runner = new FakeRunner(compute: inputs =>
        {
            NamedValues outputs = FakeModel.Compute(inputs);
            given = outputs["y"];
            return outputs;
        });
        TensorValue y = runner.Run("x", s_rows, [2, 4]);
        y.AsWritableSpan<float>()[0] = 1;
        y.Dispose();
        Assert.Throws<ObjectDisposedException>(() => given!.AsBytes());
    }

    [Fact]
    public void Run_AnotherName_IsRefused()
    {
        using var runner = new FakeRunner();
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => runner.Run("z", s_rows, [2, 4]));
        Assert.Equal("Model 'fake': expected the input 'x', got 'z'. Check the name.", error.Message);
        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public void Run_OtherCountThanTheShapes_IsRefused()
    {
        using var runner = new FakeRunner();
        Assert.Throws<InferenceException>(() => runner.Run("x", s_rows, [3, 4]));
        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public void Run_ModelOfTwoInputs_NamesThem()
    {
        ModelInfo info = FakeModel.Info();
        using var runner = new FakeRunner(info with { Inputs = [.. info.Inputs, new("mask", info.Inputs[0].Type)] });
        Assert.Equal(
            "Model 'fake': expected a model with one input and one tensor output; it has the inputs 'x: float32[N,4]', 'mask: float32[N,4]' and the outputs 'y: float32[N,2]'. Pass NamedValues to Run or RunAsync.",
            Assert.Throws<InferenceException>(() => runner.Run("x", s_rows, [2, 4])).Message);
    }

    [Fact]
    public void Run_ModelWithADefault_LeavesIt()
    {
        ModelInfo info = FakeModel.Info();
        using var runner = new FakeRunner(info with { Inputs = [new("scale", info.Inputs[0].Type, IsOptional: true), .. info.Inputs] });
        runner.Run("x", s_rows, [2, 4]).Dispose();
        Assert.Equal(1, runner.Calls);
    }

    [Fact]
    public async Task RunAsync_ModelOfASequence_IsRefusedBeforeItRuns()
    {
        ModelInfo info = FakeModel.Info();
        using var runner = new FakeRunner(info with { Outputs = [new("y", ModelValueType.Sequence(null))] });
        await Assert.ThrowsAsync<InferenceException>(async () => await runner.RunAsync("x", s_rows, [2, 4]));
        Assert.Equal(0, runner.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ModelNotLoadedYet_LoadsIt(bool isAsync)
    {
        using var runner = new LateRunner(FakeModel.Info());
        using TensorValue y = isAsync ? await runner.RunAsync("x", s_rows, [2, 4]) : runner.Run("x", s_rows, [2, 4]);
        Assert.Equal(4, y.ElementCount);
    }
}
