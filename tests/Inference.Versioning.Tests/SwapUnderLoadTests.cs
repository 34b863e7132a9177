using Inference.TestSupport;

namespace Inference.Versioning.Tests;

public sealed class SwapUnderLoadTests : IDisposable
{
    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    /// <summary>1,000 swaps under load: no call fails, each is answered once and right, and no version is unloaded while it serves.</summary>
    [Fact]
    public async Task OneThousandSwaps_UnderLoad_NoCallFails()
    {
        _repository.Publish("1");
        _repository.Publish("2");
        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 0);
        using var stop = new CancellationTokenSource();
        long answered = 0;
        Task[] callers = [.. Enumerable.Range(0, 4).Select(c => Task.Run(async () =>
        {
            for (float id = c; !stop.IsCancellationRequested; id += 4)
            {
                float row = id % 1024;
                using NamedValues inputs = FakeModel.Rows(row);
                var context = new RunContext();
                using NamedValues outputs = await runner.RunAsync(inputs, context);
                Assert.Equal(context.Record.VersionServed, TempRepository.VersionOf(outputs, row));
                Interlocked.Increment(ref answered);
            }
        }))];
        for (int swap = 0; swap < 1_000; swap++)
        {
            await runner.Versions.PromoteAsync(swap % 2 == 0 ? "1" : "2", "ann", "swap");
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        await runner.DisposeAsync();
        Assert.True(answered > 0);
        Assert.Equal(answered, _repository.Loaded.Sum(r => r.Calls));
        Assert.All(_repository.Loaded, r => Assert.Equal((1, false), (r.DisposeCount, r.WasDisposedWhileRunning)));
        Assert.InRange(_repository.Loaded.Count, 1_000, 1_002);
    }

    [Fact]
    public async Task Chaos_RefreshPromoteRollbackCorruptAndDispose_CallsGetRightAnswersOrDisposed()
    {
        for (int v = 1; v <= 4; v++)
        {
            _repository.Publish(v.ToString());
        }

        VersionedModelRunner runner = await _repository.OpenAsync(o => (o.KeepLatest, o.Shadow.Target) = (1, "latest"));
        var random = new Random(9);
        Task[] callers = [.. Enumerable.Range(0, 4).Select(c => Task.Run(async () =>
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    using NamedValues inputs = FakeModel.Rows(i % 512);
                    var context = new RunContext { RoutingKey = "user-" + i };
                    using NamedValues outputs = await runner.RunAsync(inputs, context);
                    Assert.Equal(context.Record.VersionServed, TempRepository.VersionOf(outputs, i % 512));
                }
            }
            catch (ObjectDisposedException)
            {
                // The end.
            }
        }))];
        for (int step = 0; step < 150; step++)
        {
            string version = random.Next(1, 5).ToString();
            try
            {
                switch (random.Next(6))
                {
                    case 0:
                        await runner.Versions.PromoteAsync(version, "ann", "chaos");
                        break;
                    case 1:
                        await runner.Versions.RollbackAsync("ann", "chaos");
                        break;
                    case 2:
                        _repository.Publish("5", "corrupt");
                        await runner.Versions.RefreshAsync();
                        break;
                    case 3:
                        await runner.Versions.StartCanaryAsync(version, 50, "ann", "chaos");
                        break;
                    case 4:
                        await runner.Versions.SetLabelAsync("stable", version, "ann", "chaos");
                        break;
                    default:
                        await runner.Versions.RefreshAsync();
                        break;
                }
            }
            catch (InferenceException)
            {
                // Nothing to roll back to, or the canary is the default.
            }
        }

        await runner.DisposeAsync();
        await Eventually.CompletesAsync(Task.WhenAll(callers));
        await Eventually.TrueAsync(() => _repository.Loaded.TrueForAll(r => r.DisposeCount == 1));
        Assert.All(_repository.Loaded, r => Assert.False(r.WasDisposedWhileRunning));
    }

    [Fact]
    public async Task Slot_ManyThreads_IsDisposedOnceAfterTheLast()
    {
        for (int round = 0; round < 200; round++)
        {
            var inner = new FakeRunner();
            var slot = new VersionSlot(new VersionFolder("1", "", "", 1, []), inner, (_, _) => { });
            int leases = 0;
            Task[] users = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                while (slot.TryAcquire())
                {
                    Interlocked.Increment(ref leases);
                    Assert.Equal(0, inner.DisposeCount);
                    slot.Release();
                }
            }))];
            slot.Retire();
            slot.Retire();
            await Task.WhenAll(users);
            await Eventually.CompletesAsync(slot.Unloaded);
            Assert.Equal(1, inner.DisposeCount);
            Assert.Equal(leases, slot.Calls);
        }
    }
}
