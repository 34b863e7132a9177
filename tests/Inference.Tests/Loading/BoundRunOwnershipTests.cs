using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>What others do with the values of a bound run, or with the run itself, ends in an answer or in an error of ours.</summary>
public sealed class BoundRunOwnershipTests
{
    [Fact]
    public void Regression_OutputDisposed_RunsWriteNobodyElsesMemory()
    {
        using IModelRunner runner = Load(SmallModels.Dense());
        using BoundRun bound = Bound(runner, [1f, 1f, 1f]);
        bound.Run();
        var output = bound.GetOutput("y");
        output.Dispose();
        TensorValue[] others = [.. Enumerable.Range(0, 32).Select(_ => TensorValue.Copy([-1f, -1f], [1, 2]))];
        bound.Run();
        Assert.All(others, other => Assert.Equal([-1f, -1f], other.AsSpan<float>().ToArray()));
        Assert.Contains("GetOutput", Assert.Throws<ObjectDisposedException>(() => output.AsSpan<float>()).Message, StringComparison.Ordinal);
        Assert.Equal(9.5f, First(bound));
        Array.ForEach(others, t => t.Dispose());
    }

    [Fact]
    public void Regression_OutputRetained_IsACopy()
    {
        using IModelRunner runner = Load(SmallModels.Dense());
        float[] x = [1f, 1f, 1f];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(x, [1, 3]));
        bound.Run();
        using var kept = bound.GetOutput("y").Retain();
        using TensorValue rows = bound.GetOutput("y").Rows(0, 1);
        x[0] = 2f;
        bound.Run();
        Assert.Equal(9.5f, kept.AsSpan<float>()[0]);
        Assert.Equal(9.5f, rows.AsSpan<float>()[0]);
        Assert.Equal(10.5f, First(bound));
    }

    [Fact]
    public void Output_Written_Throws()
    {
        using IModelRunner runner = Load(SmallModels.Dense());
        using BoundRun bound = Bound(runner, [1f, 1f, 1f]);
        bound.Run();
        Assert.Throws<InferenceException>(() => bound.GetOutput("y").AsWritableSpan<float>());
    }

    [Fact]
    public void Output_OfADisposedRun_Throws()
    {
        using IModelRunner runner = Load(SmallModels.Dense());
        BoundRun bound = Bound(runner, [1f, 1f, 1f]);
        bound.Run();
        var output = bound.GetOutput("y");
        bound.Dispose();
        bound.Dispose();
        Assert.Throws<ObjectDisposedException>(() => output.AsSpan<float>());
        Assert.Throws<ObjectDisposedException>(() => bound.GetOutput("y"));
        Assert.Throws<ObjectDisposedException>(() => bound.SetInput("x", output));
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
    }

    [Fact]
    public void Output_OfAnotherRun_IsReadInPlace()
    {
        using IModelRunner runner = Load(AddOne());
        float[] x = [1f];
        using BoundRun first = runner.Bind();
        using BoundRun second = runner.Bind();
        first.SetInput("x", TensorValue.Borrow<float>(x, [1]));
        first.Run();
        second.SetInput("x", first.GetOutput("y"));
        second.Run();
        Assert.Equal(3f, First(second));
        x[0] = 10f;
        first.Run();
        second.Run();
        Assert.Equal(12f, First(second));
    }

    [Fact]
    public void Regression_OutputBoundToItsOwnRun_Throws()
    {
        using IModelRunner runner = Load(AddOne());
        using BoundRun bound = Bound(runner, [1f]);
        bound.Run();
        var output = bound.GetOutput("y");
        Assert.Contains("Retain", Assert.Throws<InvalidInputException>(() => bound.SetInput("x", output)).Message, StringComparison.Ordinal);
        using var copy = output.Retain();
        bound.SetInput("x", copy);
        bound.Run();
        Assert.Equal(3f, First(bound));
    }

    [Fact]
    public void Regression_InputDisposedTooOften_IsStillRead()
    {
        using IModelRunner runner = Load(AddOne());
        TensorValue x = TensorValue.Copy([1f], [1]);
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", x);
        for (int i = 0; i < 4; i++)
        {
            x.Dispose();
        }

        TensorValue[] others = [.. Enumerable.Range(0, 32).Select(_ => TensorValue.Copy([-1f], [1]))];
        bound.Run();
        Assert.Equal(2f, First(bound));
        Array.ForEach(others, t => t.Dispose());
    }

    [Fact]
    public void SetInput_WithADisposedValue_KeepsWhatWasBound()
    {
        using IModelRunner runner = Load(AddOne());
        using BoundRun bound = Bound(runner, [1f]);
        TensorValue disposed = TensorValue.Copy([5f], [1]);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bound.SetInput("x", disposed));
        bound.Run();
        Assert.Equal(2f, First(bound));
    }

    [Fact]
    public async Task Regression_UseWhileItRuns_ThrowsAndDisposeWaitsForTheEnd()
    {
        using IModelRunner runner = Load(Endless());
        BoundRun bound = runner.Bind();
        using TensorValue x = TensorValue.Allocate(ElementType.Float32, [32, 32]);
        x.AsWritableSpan<float>().Clear();
        bound.SetInput("x", x);
        using var stop = new CancellationTokenSource();
        // GetOutput holds the bound run for a moment, in which a run that begins finds it in use.
        Task run = Task.Run(() => SpinWait.SpinUntil(() => InUse(() => bound.Run(stop.Token)) is null));
        string? message = null;
        Assert.True(SpinWait.SpinUntil(() => run.IsCompleted || (message = InUse(() => bound.GetOutput("y"))) is not null, TimeSpan.FromSeconds(30)));
        Assert.Contains("one thread at a time", message, StringComparison.Ordinal);
        Assert.NotNull(InUse(() => bound.SetInput("x", x)));
        Assert.NotNull(InUse(() => bound.Run()));
        bound.Dispose();
        Assert.False(run.IsCompleted);
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Throws<ObjectDisposedException>(() => bound.SetInput("x", x));

        // The run was the last to hold it.
        x.AsWritableSpan<float>()[0] = 1f;
    }

    [Fact]
    public void GetOutput_EachRun_AllocatesNothing()
    {
        using IModelRunner runner = Load(AddOne());
        using BoundRun bound = Bound(runner, [1f]);
        Assert.Equal(0, ManagedBytes.Of(Run));

        void Run()
        {
            bound.Run();
            First(bound);
        }
    }

    private static string? InUse(Action use)
    {
        try
        {
            use();
            return null;
        }
        catch (InferenceException exception) when (exception.Message.Contains("thread", StringComparison.Ordinal))
        {
            return exception.Message;
        }
        catch (InferenceException)
        {
            // Nothing was run yet.
            return null;
        }
    }

    private static float First(BoundRun bound) => bound.GetOutput("y").AsSpan<float>()[0];

    private static IModelRunner Load(byte[] model) => ModelRunner.Load(ModelSource.Bytes(model));

    private static BoundRun Bound(IModelRunner runner, float[] x)
    {
        BoundRun bound = runner.Bind();
        using TensorValue value = TensorValue.Copy(x, x.Length == 1 ? [1] : [1, x.Length]);
        bound.SetInput("x", value);
        return bound;
    }

    private static byte[] AddOne()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("one", [1f], 1));
        model.Graph.Nodes.Add(new("Add", ["x", "one"], ["y"]));
        return model.ToArray();
    }

    // Matrix products without end: only a cancellation stops it.
    private static byte[] Endless()
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64, new OnnxShape())));
        body.Inputs.Add(new("go", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())));
        body.Inputs.Add(new("state", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        body.Outputs.Add(new("go_on", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())));
        body.Outputs.Add(new("next", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        body.Nodes.Add(new("Identity", ["go"], ["go_on"]));
        body.Nodes.Add(new("MatMul", ["state", "state"], ["next"]));
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 32, 32)));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("trips", [long.MaxValue]));
        model.Graph.Initializers.Add(OnnxTensor.Create<bool>("true", [true]));
        var loop = new OnnxNode("Loop", ["trips", "true", "x"], ["y"]);
        loop.SetAttribute(OnnxAttribute.FromGraph("body", body));
        model.Graph.Nodes.Add(loop);
        return model.ToArray();
    }
}
