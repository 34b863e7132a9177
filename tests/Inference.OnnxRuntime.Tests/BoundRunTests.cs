using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

public class BoundRunTests
{
    [OrtFact]
    public void Run_InputRewritten_ReadsItAnew()
    {
        using IModelRunner runner = Load(Models.AddOne);
        float[] memory = [1, 2];
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Borrow<float>(memory, [1, 2]));
        bound.Run();
        Assert.Equal([2f, 3f], Output(bound));
        memory[0] = 10;
        bound.Run();
        Assert.Equal([11f, 3f], Output(bound));
    }

    [OrtFact]
    public void Run_SteadyState_AllocatesNothing()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Copy(new float[64], [32, 2]));
        bound.Run();
        Assert.Equal(0, ManagedBytes.Of(() => bound.Run()));
    }

    [OrtFact]
    public void Run_SteadyStateWithToken_AllocatesNothing()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using BoundRun bound = Bind(runner);
        using var cancellation = new CancellationTokenSource();
        bound.SetInput("x", TensorValue.Copy(new float[64], [32, 2]));
        bound.Run(cancellation.Token);
        Assert.Equal(0, ManagedBytes.Of(() => bound.Run(cancellation.Token)));
    }

    [OrtFact]
    public void ModelRun_FilledOutputs_AllocatesNothing()
    {
        using OrtModel model = OrtModel.Load(Models.AddOne);
        ModelValue[] inputs = [TensorValue.Copy(new float[64], [32, 2])];
        ModelValue?[] outputs = [TensorValue.Allocate(ElementType.Float32, [32, 2])];
        model.Run(inputs, outputs);
        Assert.Equal(0, ManagedBytes.Of(() => model.Run(inputs, outputs)));
    }

    [OrtFact]
    public void Run_ShapeChanges_Follows()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using BoundRun bound = Bind(runner);
        for (int rows = 3; rows >= 0; rows--)
        {
            bound.SetInput("x", TensorValue.Copy(new float[2 * rows], [rows, 2]));
            bound.Run();
            bound.Run();
            Assert.Equal(2 * rows, Output(bound).Length);
        }
    }

    [OrtFact]
    public void Run_OutputShapeDependsOnValues_Follows()
    {
        using IModelRunner runner = Load(Models.NonZero);
        using BoundRun bound = Bind(runner);
        long[] memory = [1, 0, 1];
        bound.SetInput("x", TensorValue.Borrow<long>(memory, [3]));
        bound.Run();
        Assert.Equal("int64[1,2]", bound.GetOutput("y").ToString());
        memory[1] = 1;
        bound.Run();
        Assert.Equal("int64[1,3]", bound.GetOutput("y").ToString());
        memory[0] = 0;
        bound.Run();
        Assert.Equal([1L, 2L], bound.GetOutput("y").AsSpan<long>().ToArray());
    }

    [OrtFact]
    public void GetOutput_Retained_IsACopy()
    {
        using IModelRunner runner = Load(Models.AddOne);
        float[] memory = [1, 2];
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Borrow<float>(memory, [1, 2]));
        bound.Run();
        using var kept = bound.GetOutput("y").Retain();
        memory[0] = 50;
        bound.Run();
        Assert.Equal([2f, 3f], kept.AsSpan<float>().ToArray());
        Assert.Equal([51f, 3f], Output(bound));
    }

    [OrtFact]
    public void Regression_OutputDisposed_StaysTheRuns()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Copy([1f, 2f], [1, 2]));
        bound.Run();
        var output = bound.GetOutput("y");
        output.Dispose();
        bound.Run();
        Assert.Throws<ObjectDisposedException>(() => output.AsSpan<float>());
        Assert.Equal([2f, 3f], Output(bound));
    }

    [OrtFact]
    public void Regression_OutputBoundToItsOwnRun_Throws()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Copy([1f, 2f], [1, 2]));
        bound.Run();
        var output = bound.GetOutput("y");
        Assert.Contains("Retain", Assert.Throws<InvalidInputException>(() => bound.SetInput("x", output)).Message, StringComparison.Ordinal);
        bound.SetInput("x", output.Retain());
        bound.Run();
        Assert.Equal([3f, 4f], Output(bound));
    }

    [OrtFact]
    public async Task Regression_UseWhileItRuns_ThrowsAndDisposeWaitsForTheEnd()
    {
        using IModelRunner runner = Load(Models.Endless);
        BoundRun bound = Bind(runner);
        using TensorValue x = TensorValue.Copy(new float[1024], [32, 32]);
        bound.SetInput("x", x);
        using var stop = new CancellationTokenSource();
        // SetInput holds the bound run for a moment, in which a run that begins finds it in use.
        Task run = Task.Run(() => SpinWait.SpinUntil(() => !IsInUse(() => bound.Run(stop.Token))));
        Assert.True(SpinWait.SpinUntil(() => IsInUse(() => bound.SetInput("x", x)), TimeSpan.FromSeconds(30)));
        Assert.True(IsInUse(() => bound.Run()));
        Assert.True(IsInUse(() => bound.GetOutput("y")));
        bound.Dispose();
        Assert.False(run.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        x.AsWritableSpan<float>()[0] = 1f;
    }

    [OrtFact]
    public void Regression_ForgottenInputsCollected_AreRead()
    {
        using IModelRunner runner = Load(Models.AddOne);
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(2, GCCollectionMode.Forced, true, true);
                Thread.Sleep(1);
            }
        });
        collector.Start();
        int wrong = 0;
        Parallel.For(0, 4, worker =>
        {
            for (int i = 0; i < 500; i++)
            {
                float value = (worker * 1000) + i;
                float[] x = new float[512];
                x.AsSpan().Fill(value);
                ReadOnlySpan<float> y = runner.Run(new NamedValues { ["x"] = TensorValue.Copy(x, [256, 2]) })["y"].AsSpan<float>();
                if (y.ContainsAnyExcept(value + 1f))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });
        stop.Cancel();
        collector.Join();
        Assert.Equal(0, wrong);
    }

    [OrtFact]
    public void Use_Wrongly_Throws()
    {
        using IModelRunner runner = Load(Models.AddOne);
        BoundRun bound = Bind(runner);
        Assert.Throws<InvalidInputException>(() => bound.SetInput("nope", TensorValue.Copy([1f], [1])));
        Assert.Throws<InvalidInputException>(() => bound.SetInput("x", TensorValue.Copy([1f], [1])));
        Assert.Throws<InvalidInputException>(() => bound.Run());
        Assert.Throws<InferenceException>(() => bound.GetOutput("y"));
        Assert.Throws<InferenceException>(() => bound.GetOutput("nope"));
        bound.Dispose();
        bound.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
    }

    [OrtFact]
    public void Run_RunnerDisposed_HoldsTheModelUntilItIsDisposed()
    {
        IModelRunner runner = Load(Models.AddOne);
        BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Copy([1f, 2f], [1, 2]));
        runner.Dispose();
        bound.Run();
        Assert.Equal([2f, 3f], Output(bound));
        Assert.Throws<ObjectDisposedException>(() => Bind(runner));
        bound.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
    }

    [OrtFact]
    public void Run_LongerThanMaxRunTime_ThrowsAndRunsAgain()
    {
        using IModelRunner runner = ModelLoader.Only(new OnnxRuntimeProvider()).Load(ModelSource.Bytes(Models.Endless), new ModelLoadOptions { Threads = 1, MaxRunTime = TimeSpan.FromMilliseconds(5) });
        using BoundRun bound = Bind(runner);
        bound.SetInput("x", TensorValue.Copy(new float[1024], [32, 32]));
        Assert.Throws<DeadlineExceededException>(() => bound.Run());
        Assert.Throws<DeadlineExceededException>(() => bound.Run());
        Assert.ThrowsAny<OperationCanceledException>(() => bound.Run(new CancellationToken(canceled: true)));
    }

    private static bool IsInUse(Action use)
    {
        try
        {
            use();
            return false;
        }
        catch (InferenceException exception)
        {
            return exception.Message.Contains("one thread at a time", StringComparison.Ordinal);
        }
    }

    private static IModelRunner Load(byte[] model) => ModelLoader.Only(new OnnxRuntimeProvider()).Load(ModelSource.Bytes(model), new ModelLoadOptions { Threads = 1 });

    private static BoundRun Bind(IModelRunner runner) => runner.GetService<IBindable>()!.Bind();

    private static float[] Output(BoundRun bound) => bound.GetOutput("y").AsSpan<float>().ToArray();
}
