using Inference.TestSupport;

namespace Inference.Caching.Tests;

public class SingleFlightTests
{
    [Fact]
    public async Task SameRowAtOnce_RunsOnce()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]>[] calls = [.. Enumerable.Range(0, 20).Select(_ => f.Call(7))];
        await Eventually.TrueAsync(() => f.Model.Gate.Waiting == 1);
        await AssertAnswered(f, calls, 1);
    }

    [Fact]
    public async Task OverlappingCalls_RunEachRowOnceWithoutWaitingForEachOther()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> a = f.Call([1, 2, 3]);
        Task<float[]> b = f.Call([3, 4, 1]);
        Task<float[]> c = f.Call([4, 2, 2]);
        f.Model.Gate.Open();
        Assert.Equal(CachingFixture.Expected(1, 2, 3), await Eventually.CompletesAsync(a));
        Assert.Equal(CachingFixture.Expected(3, 4, 1), await Eventually.CompletesAsync(b));
        Assert.Equal(CachingFixture.Expected(4, 2, 2), await Eventually.CompletesAsync(c));
        Assert.All(f.Model.RowsSeen.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task LeaderCancels_AnotherTakesOver()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<float[]> leader = f.Call(7, null, cancel.Token);
        Task<float[]>[] followers = [.. Enumerable.Range(0, 10).Select(_ => f.Call(7))];
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        await Eventually.TrueAsync(() => f.Model.Calls == 2 && f.Model.Gate.Waiting == 1);
        await AssertAnswered(f, followers, 2);
    }

    [Fact]
    public async Task MostCancel_TheRestIsAnswered()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<float[]>[] calls = [.. Enumerable.Range(0, 40).Select(i => f.Call(7, null, i % 10 == 9 ? CancellationToken.None : cancel.Token))];
        await cancel.CancelAsync();
        f.Model.Gate.Open();
        for (int i = 0; i < calls.Length; i++)
        {
            if (i % 10 == 9)
            {
                Assert.Equal(CachingFixture.Expected(7), await Eventually.CompletesAsync(calls[i]));
            }
            else
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[i]);
            }
        }
    }

    [Fact]
    public async Task FollowerCancels_OnlyItself()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call(7);
        using var cancel = new CancellationTokenSource();
        Task<float[]> follower = f.Call(7, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => follower);
        f.Model.Gate.Open();
        Assert.Equal(CachingFixture.Expected(7), await Eventually.CompletesAsync(leader));
    }

    [Fact]
    public async Task FollowersDeadline_EndsItsWait()
    {
        using var f = new CachingFixture();
        f.Model.Gate.Close();
        Task<float[]> leader = f.Call(7);
        Task<float[]> follower = f.Call(7, new RunContext { Deadline = f.Clock.GetUtcNow().AddMilliseconds(10) });
        f.Clock.Advance(TimeSpan.FromMilliseconds(10));
        await Assert.ThrowsAsync<DeadlineExceededException>(() => Eventually.CompletesAsync(follower));
        f.Model.Gate.Open();
        await Eventually.CompletesAsync(leader);
    }

    [Fact]
    public async Task GuiltyRow_FailsThoseWhoAskedForItAndNobodyElse()
    {
        using var f = new CachingFixture();
        f.Model.Poisoned = id => id == 1;
        f.Model.Gate.Close();
        Task<float[]> mixed = f.Call([1, 2]);
        Task<float[]> innocent = f.Call(2);
        Task<float[]> guilty = f.Call(1);
        f.Model.Gate.Open();
        await Assert.ThrowsAsync<ModelRunException>(() => Eventually.CompletesAsync(mixed));
        await Assert.ThrowsAsync<ModelRunException>(() => Eventually.CompletesAsync(guilty));
        Assert.Equal(CachingFixture.Expected(2), await Eventually.CompletesAsync(innocent));
    }

    [Fact]
    public async Task ManyThreads_AnswersAreRight()
    {
        using var f = new CachingFixture(o => o.MaxBytes = 32 << 10);
        Task[] workers = [.. Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            for (int i = 0; i < 500; i++)
            {
                float[] ids = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (float)random.Next(200))];
                Assert.Equal(CachingFixture.Expected(ids), await f.Call(ids, random.Next(4) == 0 ? new RunContext { Tenant = "t" } : null));
            }
        }))];
        await Task.WhenAll(workers);
        Assert.InRange(f.Control.Statistics.Bytes, 1, 32 << 10);
    }

    private static async Task AssertAnswered(CachingFixture f, Task<float[]>[] calls, int runs)
    {
        f.Model.Gate.Open();
        foreach (Task<float[]> call in calls)
        {
            Assert.Equal(CachingFixture.Expected(7), await Eventually.CompletesAsync(call));
        }

        Assert.Equal(runs, f.Model.Calls);
    }
}
