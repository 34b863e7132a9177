using Inference.Onnx;
using Inference.Providers;
using Inference.Tests.Support;
using Inference.TestSupport;

namespace Inference.Tests.Loading;

/// <summary>Bound runs over a provider's model of the whole.</summary>
public sealed class ProviderBoundRunTests
{
    private readonly List<bool> _filled = [];

    [Fact]
    public void Run_Again_WritesTheSameMemoryFromTheInputsReadAnew()
    {
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", Doubling());
        using BoundRun run = Bind(runner);
        float[] data = [1f, 2f, 3f];
        using TensorValue x = TensorValue.Borrow<float>(data, [1, 3]);
        run.SetInput("x", x);
        run.Run();
        var y = (TensorValue)run.GetOutput("y");
        Assert.Equal([2f, 4f, 6f], y.AsSpan<float>().ToArray());
        data[0] = 10f;
        run.Run();
        Assert.Same(y, run.GetOutput("y"));
        Assert.Equal([20f, 4f, 6f], y.AsSpan<float>().ToArray());
        Assert.Equal([false, true], _filled);
    }

    [Fact]
    public void Run_AfterWarmUp_AllocatesNothing()
    {
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", new FakeCompiled());
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        run.SetInput("x", x);
        Assert.Equal(0, ManagedBytes.Of(() => run.Run()));
    }

    [Fact]
    public void SetInput_OfAnotherShape_AllocatesTheOutputAnew()
    {
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", Doubling());
        using BoundRun run = Bind(runner);
        foreach (int rows in (int[])[1, 2, 1])
        {
            using TensorValue x = TensorValue.Copy<float>(new float[3 * rows], [rows, 3]);
            run.SetInput("x", x);
            run.Run();
            Assert.Equal([rows, 3], ((TensorValue)run.GetOutput("y")).Shape.ToArray());
        }

        Assert.Equal([false, false, false], _filled);
    }

    [Fact]
    public void Run_WhoseShapeDependsOnData_LeavesTheOutputToTheProvider()
    {
        int rows = 0;
        var compiled = new FakeCompiled((_, outputs) =>
        {
            _filled.Add(outputs[0] is not null);
            outputs[0] = TensorValue.Copy<long>(new long[++rows], [1, rows]);
        });
        using IModelRunner runner = Load("x: N", "y = NonZero(x)", compiled);
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 0f], [2]);
        run.SetInput("x", x);
        run.Run();
        run.Run();
        Assert.Equal([1, 2], ((TensorValue)run.GetOutput("y")).Shape.ToArray());
        Assert.Equal([false, false], _filled);
    }

    [Fact]
    public void SetInput_ScalarForOneElement_HasTheDeclaredRank()
    {
        int rank = -1;
        var compiled = new FakeCompiled((inputs, outputs) =>
        {
            rank = ((TensorValue)inputs[0]).Rank;
            FakeCompiled.Double(inputs, outputs);
        });
        OnnxModel model = SmallModels.Node("Relu", 18, [new("x", OnnxType.Tensor(OnnxElementType.Float32, 1))], OnnxType.Tensor(OnnxElementType.Float32, 1));
        using IModelRunner runner = Load(model, compiled);
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([4f], []);
        run.SetInput("x", x);
        run.Run();
        Assert.Equal((1, 8f), (rank, ((TensorValue)run.GetOutput("y")).AsSpan<float>()[0]));
    }

    [Fact]
    public void Run_OnStrings_PassesThem()
    {
        string[] seen = [];
        var compiled = new FakeCompiled((inputs, outputs) =>
        {
            seen = ((TensorValue)inputs[0]).AsSpan<string>().ToArray();
            outputs[0] = TensorValue.Copy<string>(seen, [seen.Length]);
        });
        OnnxModel model = SmallModels.Node("Identity", 18, [new("x", OnnxType.Tensor(OnnxElementType.String, "N"))], OnnxType.Tensor(OnnxElementType.String, "N"));
        using IModelRunner runner = Load(model, compiled);
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<string>(["a", "b"], [2]);
        run.SetInput("x", x);
        run.Run();
        run.Run();
        Assert.Equal(["a", "b"], seen);
        Assert.Equal(["a", "b"], ((TensorValue)run.GetOutput("y")).AsSpan<string>().ToArray());
    }

    [Fact]
    public void Use_Wrong_SaysWhatWasExpected()
    {
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", new FakeCompiled());
        using BoundRun run = Bind(runner);
        Assert.StartsWith("Model 'fake', input 'x': expected", Assert.Throws<InvalidInputException>(() => run.Run()).Message, StringComparison.Ordinal);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        using TensorValue wide = TensorValue.Copy<float>([1f, 2f, 3f, 4f], [1, 4]);
        Assert.Throws<InvalidInputException>(() => run.SetInput("z", x));
        Assert.Throws<InvalidInputException>(() => run.SetInput("x", wide));
        run.SetInput("x", x);
        Assert.Throws<InferenceException>(() => run.GetOutput("y"));
        run.Run();
        Assert.Throws<InvalidInputException>(() => run.SetInput("x", (TensorValue)run.GetOutput("y")));
    }

    [Fact]
    public void Run_ThatLeavesAnOutputEmpty_Fails()
    {
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", new FakeCompiled((_, outputs) => outputs[0] = null));
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        run.SetInput("x", x);
        Assert.Equal("Model 'fake': the provider 'fake' left output 'y' empty.", Assert.Throws<ModelRunException>(() => run.Run()).Message);
    }

    [Fact]
    public void Run_AfterAFailure_StillWritesInPlace()
    {
        bool fails = false;
        var compiled = new FakeCompiled((inputs, outputs) =>
        {
            _filled.Add(outputs[0] is not null);
            FakeCompiled.Double(inputs, outputs);
            _ = fails ? throw new ModelRunException("broken") : 0;
        });
        using IModelRunner runner = Load("x: N,3", "y = Relu(x)", compiled);
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        run.SetInput("x", x);
        run.Run();
        fails = true;
        Assert.Throws<ModelRunException>(() => run.Run());
        fails = false;
        run.Run();
        Assert.Equal([2f, 4f, 6f], ((TensorValue)run.GetOutput("y")).AsSpan<float>().ToArray());
        Assert.Equal([false, true, true], _filled);
    }

    [Fact]
    public void Run_LongerThanItsLimit_IsStopped()
    {
        using IModelRunner runner = Load(ModelText.Read("x: N,3", "y = Relu(x)"), new Waiting(), o => o.MaxRunTime = TimeSpan.FromMilliseconds(20));
        using BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        run.SetInput("x", x);
        Assert.Throws<DeadlineExceededException>(() => run.Run());
    }

    [Fact]
    public void Dispose_OfTheRunner_WaitsForTheBoundRun()
    {
        var compiled = new FakeCompiled();
        IModelRunner runner = Load("x: N,3", "y = Relu(x)", compiled);
        BoundRun run = Bind(runner);
        using TensorValue x = TensorValue.Copy<float>([1f, 2f, 3f], [1, 3]);
        run.SetInput("x", x);
        runner.Dispose();
        run.Run();
        Assert.Equal(0, compiled.Disposals);
        run.Dispose();
        Assert.Equal(1, compiled.Disposals);
        Assert.Throws<ObjectDisposedException>(() => run.Run());
    }

    private FakeCompiled Doubling() => new((inputs, outputs) =>
    {
        _filled.Add(outputs[0] is not null);
        FakeCompiled.Double(inputs, outputs);
    });

    private static BoundRun Bind(IModelRunner runner) => runner.Bind();

    private static IModelRunner Load(string inputs, string text, CompiledModel compiled) => Load(ModelText.Read(inputs, text), compiled);

    private static IModelRunner Load(OnnxModel model, CompiledModel compiled, Action<ModelLoadOptions>? configure = null)
    {
        // Runs are counted: rows are not tried.
        var options = new ModelLoadOptions { Name = "fake", VerifyRowIndependence = false };
        options.Providers.Add("fake");
        configure?.Invoke(options);
        return new ModelLoader([new PartProvider("fake") { Compiles = _ => compiled }]).Load(ModelSource.Bytes(model.ToArray()), options);
    }

    private sealed class Waiting : CompiledModel
    {
        public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
        {
            cancellationToken.WaitHandle.WaitOne();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
