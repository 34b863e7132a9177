using Inference.Loading;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public sealed class RowTrialTests
{
    [Fact]
    public void Apply_RowsAreIndependent_TriesTheClaimOnceWhenAskedAndKeepsIt()
    {
        using var runner = new FakeRunner();
        ModelInfo info = RowIndependenceCheck.Apply(runner, new());
        Assert.Equal(0, runner.Calls);
        Assert.True(info.RowIndependent);
        Assert.True((info with { Version = "2" }).RowIndependent);
        Assert.Equal(2, runner.Calls);
    }

    [Fact]
    public void Apply_RowsOfMoreElementsThanAnIntegerHolds_AreNotTried()
    {
        Dimension[] shape = [Dimension.Named("n"), Dimension.Fixed(long.MaxValue / 2), Dimension.Fixed(8)];
        ModelInfo small = FakeModel.Info();
        using var runner = new FakeRunner(small with { Inputs = [small.Inputs[0] with { Type = small.Inputs[0].Type with { Shape = shape } }] });
        Assert.True(RowIndependenceCheck.Apply(runner, new()).RowIndependent);
        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public void Apply_ModelIsDisposedBeforeTheTrial_KeepsTheClaim()
    {
        IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        ModelInfo info = runner.Info;
        runner.Dispose();
        Assert.True(info.RowIndependent);
    }

    [Theory]
    [InlineData("number of rows")]
    [InlineData("position")]
    [InlineData("neighbour")]
    [InlineData("lost row")]
    public void Apply_RowsMeet_DropsTheClaim(string how)
    {
        using var runner = new FakeRunner(compute: inputs => Meet(inputs, how));
        Assert.False(RowIndependenceCheck.Apply(runner, new()).RowIndependent);
    }

    [Fact]
    public void Apply_TrialIsOff_KeepsTheClaim()
    {
        using var runner = new FakeRunner(compute: inputs => Meet(inputs, "position"));
        Assert.True(RowIndependenceCheck.Apply(runner, new() { VerifyRowIndependence = false }).RowIndependent);
        Assert.Equal(0, runner.Calls);
    }

    [Fact]
    public void Apply_StatedAndContradicted_IsRefused()
    {
        using var runner = new FakeRunner(compute: inputs => Meet(inputs, "position"));
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => RowIndependenceCheck.Apply(runner, new() { AssertRowIndependent = true }));
        Assert.Equal(
            "Model 'fake': AssertRowIndependent was set, but row 2 of output 'y' differs between a batch of 3 and a batch of 2. The rows depend on each other; remove the assertion.", error.Message);
    }

    [Fact]
    public void Apply_StatedNotProvedAndContradicted_IsRefused()
    {
        using var runner = new FakeRunner(FakeModel.Info() with { RowIndependent = false }, inputs => Meet(inputs, "number of rows"));
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => RowIndependenceCheck.Apply(runner, new() { AssertRowIndependent = true, VerifyRowIndependence = false }));
        Assert.Contains("row 0 of output 'y' differs between a batch of 3 and the row alone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_EveryRunFails_SaysNothing()
    {
        using var runner = new FakeRunner { Fail = _ => new ModelRunException("an index out of range") };
        Assert.True(RowIndependenceCheck.Apply(runner, new()).RowIndependent);
    }

    [Fact]
    public void Apply_RowsFailTogetherAlone_DropsTheClaim()
    {
        using var runner = new FakeRunner { Fail = inputs => inputs[FakeModel.Input].Shape[0] == 3 ? new ModelRunException("three are too many") : null };
        Assert.False(RowIndependenceCheck.Apply(runner, new()).RowIndependent);
    }

    [Fact]
    public void Apply_RunsAreNotWithinReason_KeepsTheClaim()
    {
        using var runner = new FakeRunner(compute: inputs => Meet(inputs, "position"));
        Assert.True(RowIndependenceCheck.Apply(runner, new(), _ => false).RowIndependent);
        Assert.Equal(0, runner.Calls);
    }

    private static NamedValues Meet(NamedValues inputs, string how)
    {
        NamedValues outputs = FakeModel.Compute(inputs);
        Span<float> y = outputs[FakeModel.Output].AsWritableSpan<float>();
        int rows = y.Length / FakeModel.OutputWidth;
        switch (how)
        {
            case "number of rows":
                y[0] /= rows;
                break;
            case "position":
                y[0] += 1;
                break;
            case "neighbour":
                y[0] += y[^1];
                break;
            default:
                outputs.Dispose();
                return new() { [FakeModel.Output] = TensorValue.Copy<float>([1, 2], [1, 2]) };
        }

        return outputs;
    }
}
