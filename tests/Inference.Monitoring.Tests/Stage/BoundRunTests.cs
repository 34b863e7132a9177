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

    [Fact]
    public void Run_WhileRowsAreCounted_OthersNeitherUseNorReleaseTheRun()
    {
        var bindable = new FakeBindable();
        using var inner = new FakeRunner();
        inner.Services[typeof(IBindable)] = bindable;
        using var f = new Counted(Rows.Profile(), inner: inner);
        BoundRun run = f.Runner.GetService<IBindable>()!.Bind();
        using TensorValue value = TensorValue.Copy<float>(new float[4], [1, FakeModel.InputWidth]);
        run.SetInput(FakeModel.Input, value);
        var errors = new List<Exception?>();
        bool disposedMeanwhile = false;
        bindable.OnRead = () =>
        {
            bindable.OnRead = static () => { };
            var other = new Thread(() =>
            {
                errors.Add(Record.Exception(() => run.Run()));
                errors.Add(Record.Exception(() => run.SetInput(FakeModel.Input, value)));
                errors.Add(Record.Exception(() => run.GetOutputValue(FakeModel.Output)));
                run.Dispose();
                disposedMeanwhile = bindable.IsDisposed;
            });
            other.Start();
            other.Join();
        };
        run.Run();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, e => Assert.IsType<InferenceException>(e));
        Assert.False(disposedMeanwhile);
        Assert.True(bindable.IsDisposed);
        Assert.Equal(1, f.Flush().Rows);
        Assert.Equal(0, f.Monitor.Snapshot.CollectionErrors);
    }

    [Fact]
    public void Run_CallerDisposedItsReference_IsCounted()
    {
        using var inner = new FakeRunner();
        inner.Services[typeof(IBindable)] = new FakeBindable();
        using var f = new Counted(Rows.Profile(), inner: inner);
        using BoundRun run = f.Runner.GetService<IBindable>()!.Bind();
        for (int i = 0; i < 2; i++)
        {
            TensorValue value = TensorValue.Copy<float>(new float[4], [1, FakeModel.InputWidth]);
            run.SetInput(FakeModel.Input, value);
            value.Dispose();
            run.Run();
        }

        Assert.Equal(2, f.Flush().Rows);
        Assert.Equal(0, f.Monitor.Snapshot.CollectionErrors);
    }
}
