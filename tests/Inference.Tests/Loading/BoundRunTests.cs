using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public sealed class BoundRunTests
{
    [SharedDataTheory("models")]
    [InlineData("mnist_mlp")]
    [InlineData("mnist_resnet")]
    [InlineData("silero_vad_v5")]
    public void Run_AfterWarmUp_AllocatesNothing(string name)
    {
        using IModelRunner runner = SharedModel.Load(name);
        using NamedValues inputs = SharedModel.Inputs(runner, name);
        using NamedValues expected = runner.Run(inputs);
        using BoundRun bound = Bind(runner, inputs);
        Assert.Equal(0, ManagedBytes.Of(() => bound.Run()));
        foreach (KeyValuePair<string, ModelValue> output in expected)
        {
            Assert.True(((TensorValue)output.Value).AsBytes().SequenceEqual(bound.GetOutput(output.Key).AsBytes()));
        }
    }

    [Fact]
    public void Run_OverBorrowedMemory_ReadsItAnew()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        float[] x = [1f, 1f, 1f];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(x, [1, 3]));
        bound.Run();
        Assert.Equal(9.5f, bound.GetOutput("y").AsSpan<float>()[0]);
        x[0] = 2f;
        bound.Run();
        Assert.Equal(10.5f, bound.GetOutput("y").AsSpan<float>()[0]);
    }

    [Fact]
    public void Run_WithoutAnInput_NamesIt()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
        using BoundRun bound = runner.Bind();
        Assert.Contains("'x'", Assert.Throws<InvalidInputException>(() => bound.Run()).Message, StringComparison.Ordinal);
    }

    private static BoundRun Bind(IModelRunner runner, NamedValues inputs)
    {
        BoundRun bound = runner.Bind();
        foreach (KeyValuePair<string, ModelValue> input in inputs)
        {
            bound.SetInput(input.Key, (TensorValue)input.Value);
        }

        return bound;
    }
}
