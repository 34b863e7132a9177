using Inference.Conformance.Models;
using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

public class RunTests
{
    [OrtFact]
    public void Run_MapOutputs_KeysAndValues()
    {
        foreach (bool strings in new[] { true, false })
        {
            using OrtModel model = OrtModel.Load(Models.ZipMap(strings));
            using NamedValues y = model.Run(new NamedValues { ["x"] = TensorValue.Copy([0.25f, 0.75f, 1f, 0f], [2, 2]) });
            var sequence = Assert.IsType<SequenceValue>(y.GetValue("y"));
            Assert.Equal(2, sequence.Count);
            var map = Assert.IsType<MapValue>(sequence[0]);
            if (strings)
            {
                Assert.Equal(["no", "yes"], map.Keys.AsSpan<string>().ToArray());
            }
            else
            {
                Assert.Equal([10L, 20L], map.Keys.AsSpan<long>().ToArray());
            }

            Assert.Equal([0.25f, 0.75f], map.Values.AsSpan<float>().ToArray());
        }
    }

    [OrtFact]
    public void Run_SequenceInput_IsPassed()
    {
        OnnxModel file = new ModelWriter("seq").Output("y", ElementType.Float32, "n").Node("ConcatFromSequence", "s", "y", OnnxAttribute.FromInt("axis", 0)).ToModel();
        file.Graph.Inputs.Add(new OnnxValueInfo("s", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32))));
        using OrtModel model = OrtModel.Load(file.ToArray(), name: "seq");
        using var inputs = new NamedValues { { "s", new SequenceValue([TensorValue.Copy([1f], [1]), TensorValue.Copy([2f, 3f], [2])]) } };
        using NamedValues y = model.Run(inputs);
        Assert.Equal([1f, 2f, 3f], y["y"].AsSpan<float>().ToArray());
        using var empty = new NamedValues { { "s", new SequenceValue([], ElementType.Float32) } };
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => model.Run(empty));
        Assert.StartsWith("Model 'seq', input 's': expected at least one element, got an empty sequence", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Run_OptionalInputAndOutput_AreRead()
    {
        OnnxType type = OnnxType.Optional(OnnxType.Tensor(OnnxElementType.Float32, 2));
        OnnxModel file = new ModelWriter("optional", 18).Output("y", ElementType.Bool).Node("OptionalHasElement", "o", "y").ToModel();
        file.Graph.Inputs.Add(new OnnxValueInfo("o", type));
        using OrtModel model = OrtModel.Load(file.ToArray());
        Assert.Equal("o: optional(float32[2])", model.Inputs[0].ToString());
        using NamedValues y = model.Run(new NamedValues { { "o", new OptionalValue(TensorValue.Copy([1f, 2f], [2])) } });
        Assert.True(y["y"].AsSpan<bool>()[0]);

        OnnxModel make = new ModelWriter("make", 18).Input("x", ElementType.Float32, 2).Output("o", type).Node("Optional", "x", "o").ToModel();
        using OrtModel maker = OrtModel.Load(make.ToArray());
        using NamedValues made = maker.Run(new NamedValues { ["x"] = TensorValue.Copy([1f, 2f], [2]) });
        Assert.Equal([1f, 2f], Assert.IsAssignableFrom<TensorValue>(Assert.IsType<OptionalValue>(made.GetValue("o")).Value).AsSpan<float>().ToArray());
    }

    [OrtFact]
    public void Regression_TwoBitIntegers_AreNotTakenForOtherTypes()
    {
        foreach ((ElementType type, float[] wanted) in new[] { (ElementType.UInt2, new float[] { 0, 1, 2, 3 }), (ElementType.Int2, [0, 1, -2, -1]) })
        {
            byte[] file = new ModelWriter("cast", 25).Input("x", type, 4).Output("y", ElementType.Float32, 4).Node("Cast", "x", "y", OnnxAttribute.FromInt("to", 1)).ToModel().ToArray();
            using OrtModel model = OrtModel.Load(file);
            TensorValue x = TensorValue.Allocate(type, [4]);
            x.AsWritableBytes()[0] = 0b11_10_01_00;
            using NamedValues y = model.Run(new NamedValues { ["x"] = x });
            Assert.Equal(wanted, y["y"].AsSpan<float>().ToArray());
        }
    }

    [OrtFact]
    public void Run_ModelFails_ThrowsWithCause()
    {
        using OrtModel model = OrtModel.Load(Models.Bytes(ConformanceModels.GatherOutOfRange), name: "g");
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => model.Run(new NamedValues { ["i"] = TensorValue.Copy([99L], [1]) }));
        Assert.StartsWith("Model 'g': ", error.Message, StringComparison.Ordinal);
        Assert.NotEqual(OnnxRuntimeErrorCode.Ok, Assert.IsType<OnnxRuntimeException>(error.InnerException).Code);
    }

    [OrtFact]
    public async Task RunAsync_CancelledDuring_StopsInsideTheEngine()
    {
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.Endless), new ModelLoadOptions { Threads = 1 });
        using var inputs = new NamedValues { ["x"] = Tensors.Uniform(1, 32, 32) };
        using var cancellation = new CancellationTokenSource();
        Task<NamedValues> run = Task.Run(() => runner.RunAsync(inputs, null, cancellation.Token).AsTask());
        await Task.Delay(30);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [OrtFact]
    public async Task RunAsync_MaxRunTimePassed_ThrowsDeadlineExceeded()
    {
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.Endless), new ModelLoadOptions { Threads = 1, MaxRunTime = TimeSpan.FromMilliseconds(1) });
        using var inputs = new NamedValues { ["x"] = Tensors.Uniform(1, 32, 32) };
        await Assert.ThrowsAsync<DeadlineExceededException>(() => runner.RunAsync(inputs).AsTask());
    }

    [OrtFact]
    public async Task Regression_DeadlineWhileItRuns_StopsTheRun()
    {
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.Endless), new ModelLoadOptions { Threads = 1, MaxRunTime = TimeSpan.FromDays(1) });
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy(new float[1024], [32, 32]) };
        Task<NamedValues> run = Task.Run(() => runner.RunAsync(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50) }).AsTask());
        await Assert.ThrowsAsync<DeadlineExceededException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [OrtFact]
    public async Task RunAsync_DeadlinePassed_DoesNotStart()
    {
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.AddOne));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[2], [1, 2]) };
        await Assert.ThrowsAsync<DeadlineExceededException>(() => runner.RunAsync(inputs, new RunContext { Deadline = DateTimeOffset.UnixEpoch }).AsTask());
    }

    [OrtFact]
    public async Task RunAsync_AfterDispose_Throws()
    {
        IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.AddOne));
        runner.Dispose();
        runner.Dispose();
        await runner.DisposeAsync();
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[2], [1, 2]) };
        await Assert.ThrowsAsync<ObjectDisposedException>(() => runner.RunAsync(inputs).AsTask());
    }

    [OrtFact]
    public void GetService_Layers_AreReached()
    {
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(Models.AddOne));
        Assert.Same(runner, runner.GetService<IBindable>());
        Assert.Same(runner, runner.GetService<IModelStatus>());
        Assert.Null(runner.GetService<IModelSplitter>());
        Assert.Null(runner.GetService(typeof(IBindable), "other"));
    }

    private static ModelLoader Loader => ModelLoader.Only(new OnnxRuntimeProvider());
}
