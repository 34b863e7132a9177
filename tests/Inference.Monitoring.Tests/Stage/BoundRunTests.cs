using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>Bound runs are counted and allocate nothing.</summary>
[Collection(AloneCollection.Name)]
public class BoundRunTests
{
    [SharedDataFact("models/iris_mlp")]
    public void Run_OfAModel_IsCountedAndAllocatesNothing()
    {
        using IModelRunner model = ModelRunner.Load(TestData.Path("models", "iris_mlp", "model.onnx"));
        ModelPort input = model.Info.Inputs[0];
        int width = (int)input.Shape![1].Size!.Value;
        var random = new Random(1);
        using NamedValues rows = Rows.Inputs(Rows.Normal(random, 400, width, 3, 1), width, input.Name);
        using var builder = new ReferenceProfileBuilder(model.Info);
        using (NamedValues outputs = model.Run(rows))
        {
            builder.Add(rows, outputs);
        }

        ReferenceProfile profile = builder.Build();
        using IModelRunner monitored = model.AsBuilder().UseMonitoring(o => (o.Profile, o.Budget) = (_ => profile, null)).Build();
        using BoundRun run = monitored.GetService<IBindable>()!.Bind();
        using TensorValue one = TensorValue.Copy<float>(Rows.Normal(random, 1, width, 3, 1), [1, width]);
        run.SetInput(input.Name, one);
        run.Run();
        Assert.Equal(0, ManagedBytes.Of(() => run.Run()));
        MonitoringWindow window = monitored.GetService<ModelMonitor>()!.Flush()!;
        Assert.True(window.Rows > 100);
        Assert.Equal(0, window.MismatchedCalls);
    }
}
