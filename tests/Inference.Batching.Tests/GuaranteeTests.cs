using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>What holds whatever the callers, the model and the options do.</summary>
public class GuaranteeTests
{
    [Fact]
    public void AnyLoad_EveryCallCompletesOnceWithItsOwnRows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Run(seed).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static async Task Run(int seed)
    {
        var random = new Random(seed);
        int poison = random.Next(3) == 0 ? 7 : int.MaxValue;
        bool isolate = random.Next(2) == 0;
        var model = new FakeRunner();
        int bound = 0;
        using var f = new BatchingFixture(
            o =>
            {
                o.MaxRows = random.Next(1, 12);
                o.MaxQueuedRows = bound = o.MaxRows + random.Next(40);
                o.MaxConcurrentBatches = random.Next(1, 4);
                o.MaxDelay = TimeSpan.FromMilliseconds(random.Next(3));
                o.QueueFull = random.Next(2) == 0 ? QueueFullMode.Shed : QueueFullMode.Wait;
                o.RunInlineWhenIdle = random.Next(4) != 0;
                o.IsolateFaults = isolate;
                o.LatencyObjective = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(5) : null;
                o.StepAside = random.Next(2) == 0;
            },
            model);
        model.Poisoned = id => (int)id % 100 % poison == 3;
        model.Delay = rows => random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1);
        int completed = 0;
        Task[] callers = [.. Enumerable.Range(0, 12).Select(w => Task.Run(async () =>
        {
            var own = new Random(HashCode.Combine(seed, w));
            for (int i = 0; i < 8; i++)
            {
                float[] ids = [.. Enumerable.Range(0, own.Next(1, 4)).Select(r => w * 10_000f + i * 100 + r)];
                using var cancel = new CancellationTokenSource();
                RunContext? context = own.Next(3) == 0
                    ? new RunContext { Priority = (RunPriority)own.Next(-1, 2), Deadline = own.Next(3) == 0 ? f.Clock.GetUtcNow().AddMilliseconds(own.Next(4)) : null }
                    : null;
                using NamedValues inputs = FakeModel.Rows(ids);
                try
                {
                    ValueTask<NamedValues> run = f.Runner.RunAsync(inputs, context, own.Next(4) == 0 ? cancel.Token : default);
                    if (own.Next(2) == 0)
                    {
                        await cancel.CancelAsync();
                    }

                    using NamedValues outputs = await run;
                    Assert.Equal(ids.SelectMany(FakeModel.Expected), outputs[FakeModel.Output].AsSpan<float>().ToArray());
                }
                catch (Exception exception) when (exception is OperationCanceledException or OverloadedException or DeadlineExceededException or ModelRunException)
                {
                    Assert.True(exception is not ModelRunException || poison != int.MaxValue, exception.Message);
                }

                Interlocked.Increment(ref completed);
            }
        }))];
        Task all = Task.WhenAll(callers);
        await Eventually.TrueAsync(() =>
        {
            // A call of up to three rows may always queue alone.
            Assert.InRange(f.Status.QueuedRows, 0, Math.Max(bound, 3));
            f.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return all.IsCompleted;
        });
        await all;
        Assert.Equal(12 * 8, completed);
        if (!isolate || poison == int.MaxValue)
        {
            Assert.All(model.RowsSeen, row => Assert.Equal(1, row.Value));
        }

        // Nothing is left behind: dispose completes and the model goes last.
        Task dispose = f.Runner.DisposeAsync().AsTask();
        await Eventually.TrueAsync(() =>
        {
            f.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return dispose.IsCompleted;
        });
        await dispose;
        Assert.Equal(1, model.DisposeCount);
        Assert.Equal(0, f.Status.QueuedRows);
    }
}
