using Inference.Diagnostics;
using Inference.Tests.Support;

namespace Inference.Tests.Diagnostics;

public class ModelProfilerTests
{
    [Fact]
    public void Profile_DenseModel_DescribesEachStep()
    {
        using IModelRunner runner = ModelLoader.Default.Load(ModelSource.Bytes(SmallModels.Dense()));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[15], [5, 3]) };
        ModelProfile profile = ModelProfiler.Profile(runner, inputs, runs: 3, warmup: TimeSpan.Zero);
        Assert.Equal(3, profile.Runs);
        Assert.NotEmpty(profile.Nodes);
        Assert.Equal(5 * 3 * 2, profile.Macs);
        Assert.Equal("float32[5,2]", profile.Nodes[^1].OutputType);
        Assert.Equal(5 * 2 * sizeof(float), profile.Nodes[^1].OutputBytes);
        Assert.Equal(profile.Macs, ModelProfiler.CountMacs(runner, inputs));
    }

    [Fact]
    public void Profile_Cancelled_Throws()
    {
        using IModelRunner runner = ModelLoader.Default.Load(ModelSource.Bytes(SmallModels.Dense()));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[3], [1, 3]) };
        Assert.ThrowsAny<OperationCanceledException>(() => ModelProfiler.Profile(runner, inputs, cancellationToken: new CancellationToken(canceled: true)));
    }
}
