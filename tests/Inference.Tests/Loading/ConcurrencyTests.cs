using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

public sealed class ConcurrencyTests
{
    private const int Threads = 8;
    private const int RunsPerThread = 1000;

    [SharedDataTheory("models")]
    [InlineData("mnist_mlp")]
    [InlineData("adult_wide_deep")]
    [InlineData("silero_vad_v5")]
    public void Run_FromManyThreads_IsBitIdenticalToOneThread(string name)
    {
        using IModelRunner runner = SharedModel.Load(name);
        using NamedValues inputs = SharedModel.Inputs(runner, name);
        byte[][] expected = Bytes(runner, inputs);
        int wrong = 0;
        var threads = new Thread[Threads];
        for (int t = 0; t < Threads; t++)
        {
            threads[t] = new Thread(() =>
            {
                for (int i = 0; i < RunsPerThread; i++)
                {
                    byte[][] got = Bytes(runner, inputs);
                    for (int o = 0; o < expected.Length; o++)
                    {
                        if (!expected[o].AsSpan().SequenceEqual(got[o]))
                        {
                            Interlocked.Increment(ref wrong);
                        }
                    }
                }
            });
            threads[t].Start();
        }

        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task Dispose_DuringRuns_LetsThemFinishAndTurnsLaterOnesAway()
    {
        for (int round = 0; round < 50; round++)
        {
            IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(SmallModels.Dense()));
            Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1f, 1f, 1f], [1, 3]) };
                try
                {
                    while (true)
                    {
                        using NamedValues outputs = runner.Run(inputs);
                        Assert.Equal(9.5f, outputs["y"].AsSpan<float>()[0]);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            runner.Dispose();
            await Task.WhenAll(callers);
        }
    }

    private static byte[][] Bytes(IModelRunner runner, NamedValues inputs)
    {
        using NamedValues outputs = runner.Run(inputs);
        return [.. outputs.Select(o => ((TensorValue)o.Value).AsBytes().ToArray())];
    }
}
