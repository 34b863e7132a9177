using System.Globalization;
using Inference.Onnx;
using Inference.Tests.Support;
using Xunit.Abstractions;

namespace Inference.Tests.Limits;

/// <summary>What a run holds at once stays within MaxMemoryBytes, whatever decides it.</summary>
[Collection(AloneCollection.Name)]
public sealed class RunMemoryTests(ITestOutputHelper output)
{
    private const long Limit = 24 << 20;

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (string name in HostileMemory.All.Keys)
            {
                cases.Add(name, false);
                cases.Add(name, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_AsksForManyTimesItsLimit_IsRefusedWithinIt(string name, bool hidden)
    {
        (Onnx.OnnxModel model, NamedValues inputs) = Make(name, 20 * Limit, hidden);
        using NamedValues owned = inputs;
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxMemoryBytes = Limit, Threads = 1 });
        long before = Settled();
        using var peak = new PeakMemory();
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => runner.Run(inputs));
        long reached = peak.Stop() - before;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}{(hidden ? ", decided by data" : "")}: peak {reached / 1048576.0:F1} MB of {Limit / 1048576.0:F1} MB: {error.Message}"));
        Assert.Contains("bytes were requested", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxMemoryBytes", error.Message, StringComparison.Ordinal);
        Assert.True(reached <= Limit + (Limit / 10) + Slack, $"peak {reached}, limit {Limit}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_AsksForHalfItsLimit_Runs(string name, bool hidden)
    {
        (Onnx.OnnxModel model, NamedValues inputs) = Make(name, Limit / 4, hidden);
        using NamedValues owned = inputs;
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxMemoryBytes = Limit, Threads = 1 });
        for (int run = 0; run < 3; run++)
        {
            // What earlier runs held is not the next one's.
            runner.Run(inputs).Dispose();
        }
    }

    [Fact]
    public void Run_ManyShortLivedValues_AreCountedWhileTheyLive()
    {
        (Onnx.OnnxModel model, NamedValues inputs) = HostileMemory.All["Loop that concatenates"](1 << 20);
        using NamedValues owned = inputs;
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxMemoryBytes = 4 << 20 });
        for (int run = 0; run < 200; run++)
        {
            using NamedValues y = runner.Run(inputs);
            Assert.Equal(1 << 18, y["y0"].Shape[0]);
        }
    }

    [Fact]
    public void BoundRun_OutputsBeyondItsLimit_IsRefused()
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()), new ModelLoadOptions { MaxMemoryBytes = 1 << 16 });
        using BoundRun bound = ((IBindable)runner.GetService(typeof(IBindable))!).Bind();
        bound.SetInput("x", TensorValue.Allocate(ElementType.Float32, [1 << 16, 3]));
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => bound.Run());
        Assert.Contains("expected at most 65536 at a time", error.Message, StringComparison.Ordinal);
        bound.SetInput("x", TensorValue.Copy<float>([1, 2, 3], [1, 3]));
        bound.Run();
    }

    // The heap of the process, and what the runtime allocates beside it.
    private const long Slack = 6 << 20;

    private static (Onnx.OnnxModel Model, NamedValues Inputs) Make(string name, long bytes, bool hidden) =>
        hidden ? HostileMemory.Hidden(HostileMemory.All[name](bytes)) : HostileMemory.All[name](bytes);

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return PeakMemory.Now;
    }
}
