using System.Runtime.CompilerServices;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>Inputs and outputs stay where they are for the whole of a run, whatever other threads and the garbage collector do.</summary>
public sealed class OwnershipTests
{
    private const int Length = 1000;

    [Fact]
    public void Regression_Run_InputDisposedDuringTheRun_ReadsTheInput()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        TensorValue a = Filled(1f);
        var b = new GatedTensor(Filled(2f), () =>
        {
            a.Dispose();
            a.Dispose();
            Overwrite();
        });
        using NamedValues outputs = runner.Run(new NamedValues { ["a"] = a, ["b"] = b });
        Assert.All(outputs["y"].AsSpan<float>().ToArray(), y => Assert.Equal(3f, y));
    }

    [Fact]
    public void Regression_Run_RowsDisposedDuringTheRun_ReadsTheRows()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        TensorValue all = TensorValue.Allocate(ElementType.Float32, [4, Length]);
        all.AsWritableSpan<float>().Fill(1f);
        TensorValue a = all.Rows(1, 1);
        var b = new GatedTensor(Filled(2f), () =>
        {
            a.Dispose();
            all.Dispose();
            all.Dispose();
            Overwrite();
        });
        using NamedValues outputs = runner.Run(new NamedValues { ["a"] = a, ["b"] = b });
        Assert.All(outputs["y"].AsSpan<float>().ToArray(), y => Assert.Equal(3f, y));
    }

    [Fact]
    public void Regression_Run_ForgottenInputCollectedDuringTheRun_ReadsTheInput()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        using NamedValues outputs = RunForgotten(runner);
        Assert.All(outputs["y"].AsSpan<float>().ToArray(), y => Assert.Equal(3f, y));
    }

    [Fact]
    public void Regression_Run_SetDisposedDuringTheRun_ReadsTheInputs()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        var inputs = new NamedValues();
        inputs.Add("a", Filled(1f));
        inputs.Add("b", new GatedTensor(Filled(2f), () =>
        {
            inputs.GetAt(0).Value.Dispose();
            inputs.SetValue("a", Filled(50f));
            Overwrite();
        }));
        using NamedValues outputs = runner.Run(inputs);
        Assert.All(outputs["y"].AsSpan<float>().ToArray(), y => Assert.Equal(3f, y));
    }

    [Fact]
    public void Regression_Run_TemporariesWhileMemoryIsCompacted_AnswersTheRowAsked()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        using var stop = new CancellationTokenSource();
        int runs = 0;
        var collector = new Thread(() =>
        {
            // Once for some runs: beside tests with large heaps a collection takes far longer than a run.
            for (int next = 0; !stop.IsCancellationRequested;)
            {
                if (Volatile.Read(ref runs) < next)
                {
                    Thread.Yield();
                    continue;
                }

                GC.Collect(2, GCCollectionMode.Forced, true, true);
                next = Volatile.Read(ref runs) + 8;
            }
        });
        collector.Start();
        int wrong = 0;
        Parallel.For(0, 4, worker =>
        {
            for (int i = 0; i < 300; i++)
            {
                float value = (worker * 1000) + i;
                ReadOnlySpan<float> y = runner.Run(new NamedValues { ["a"] = Filled(value), ["b"] = Filled(0.5f) })["y"].AsSpan<float>();
                Interlocked.Increment(ref runs);
                if (y.ContainsAnyExcept(value + 0.5f))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        });
        stop.Cancel();
        collector.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Run_Afterwards_HoldsNothing()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        (WeakReference a, WeakReference y) = RunWeakly(runner);
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        Assert.False(a.IsAlive);
        Assert.False(y.IsAlive);
    }

    [Fact]
    public void Run_FailsWhileBinding_LetsGoOfWhatItHeld()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Add()));
        TensorValue disposed = Filled(1f);
        disposed.Dispose();
        WeakReference held = FailWeakly(runner, disposed);
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        Assert.False(held.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static NamedValues RunForgotten(IModelRunner runner) => runner.Run(new NamedValues
    {
        ["a"] = Filled(1f),
        ["b"] = new GatedTensor(Filled(2f), () =>
        {
            GC.Collect(2, GCCollectionMode.Forced, true, true);
            Overwrite();
        }),
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference, WeakReference) RunWeakly(IModelRunner runner)
    {
        TensorValue a = Filled(1f);
        NamedValues outputs = runner.Run(new NamedValues { ["a"] = a, ["b"] = Filled(2f) });
        return (new(a), new(outputs["y"]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference FailWeakly(IModelRunner runner, TensorValue disposed)
    {
        TensorValue a = Filled(1f);
        Assert.Throws<ObjectDisposedException>(() => runner.Run(new NamedValues { ["a"] = a, ["b"] = disposed }));
        return new(a);
    }

    private static TensorValue Filled(float value)
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [1, Length]);
        tensor.AsWritableSpan<float>().Fill(value);
        return tensor;
    }

    // What takes every free block, and every piece of the pinned heap that a collection freed.
    private static void Overwrite()
    {
        TensorValue[] taken = [.. Enumerable.Range(0, 64).SelectMany(_ => new[] { Filled(-1f), TensorValue.Copy(Enumerable.Repeat(-1f, 4 * Length).ToArray(), [4, Length]) })];
        Array.ForEach(taken, t => t.Dispose());
    }

    private static byte[] Add()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("a", OnnxType.Tensor(OnnxElementType.Float32, "batch", Length)));
        model.Graph.Inputs.Add(new("b", OnnxType.Tensor(OnnxElementType.Float32, "batch", Length)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", Length)));
        model.Graph.Nodes.Add(new("Add", ["a", "b"], ["y"]));
        return model.ToArray();
    }
}
