using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>After disposal a cache answers nothing and holds nothing.</summary>
public class DisposalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposed_HitsAreNotAnswered(bool asynchronously)
    {
        string model = $"disposal-{Guid.NewGuid():N}";
        using var meter = new MeterReadings(model);
        var f = new CachingFixture(model: new FakeRunner(FakeModel.Info(model)));
        await f.Call([1, 2]);
        await f.Call([1, 2]);
        Assert.Equal((1, 2), (f.Model.Calls, meter.Sum("inference.cache.entries")));
        if (asynchronously)
        {
            await f.Runner.DisposeAsync();
        }
        else
        {
            f.Runner.Dispose();
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => f.Call(1));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => f.Call([1, 2]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => f.Call(3));
        Assert.Equal((0, 0, 0), (f.Control.Statistics.Entries, meter.Sum("inference.cache.entries"), meter.Sum("inference.cache.bytes")));
    }

    [Fact]
    public async Task Disposed_WhileAMissRuns_TheMissIsAnsweredAndNotKept()
    {
        var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> call = f.Call(1);
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        f.Runner.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => f.Call(1));
        f.Model.Gate.Open();
        Assert.Equal(CachingFixture.Expected(1), await Eventually.CompletesAsync(call));
        Assert.Equal(0, f.Control.Statistics.Entries);
    }

    [Fact]
    public async Task Disposing_WhileHitsAreAsked_NoneThatBeganAfterwardsIsAnswered()
    {
        for (int round = 0; round < 200; round++)
        {
            var f = new CachingFixture();
            await f.Call(1);
            int disposed = 0;
            Task[] callers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                for (; ; )
                {
                    bool after = Volatile.Read(ref disposed) != 0;
                    try
                    {
                        Assert.Equal(CachingFixture.Expected(1), await f.Call(1));
                        Assert.False(after);
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                }
            }))];
            f.Runner.Dispose();
            Volatile.Write(ref disposed, 1);
            await Eventually.CompletesAsync(Task.WhenAll(callers));
        }
    }
}
