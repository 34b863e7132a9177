using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests;

[Collection(AloneCollection.Name)]
public class GlobalThreadPoolTests
{
    private static readonly OnnxRuntimeThreadPool s_pool = new() { IntraOpThreads = 2, AllowSpinning = false };

    [OrtFact]
    public void Load_SessionsOfOnePool_Run()
    {
        var options = new OnnxRuntimeOptions { GlobalThreadPool = s_pool };
        using OrtModel one = OrtModel.Load(Models.AddOne, options);
        using OrtModel two = OrtModel.Load(Models.AddOne, new OnnxRuntimeOptions { GlobalThreadPool = new OnnxRuntimeThreadPool { IntraOpThreads = 2, AllowSpinning = false } });
        using OrtModel own = OrtModel.Load(Models.AddOne);
        foreach (OrtModel model in new[] { one, two, own })
        {
            using NamedValues y = model.Run(new NamedValues { ["x"] = TensorValue.Copy([1f, 2f], [1, 2]) });
            Assert.Equal(2f, y["y"].AsSpan<float>()[0]);
        }
    }

    [OrtFact]
    public void Load_OtherPoolWhileSessionsLive_SaysWhy()
    {
        using OrtModel own = OrtModel.Load(Models.AddOne);
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(
            () => OrtModel.Load(Models.AddOne, new OnnxRuntimeOptions { GlobalThreadPool = new OnnxRuntimeThreadPool { IntraOpThreads = 7 } }));
        Assert.Contains("sessions exist in an environment", error.Message, StringComparison.Ordinal);
        Assert.Contains("Give all sessions the same pool, or dispose them first.", error.Message, StringComparison.Ordinal);
    }
}
