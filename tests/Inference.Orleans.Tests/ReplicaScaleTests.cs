using Inference.Orleans.Grains;
using Inference.Orleans.Scaling;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Orleans.Tests;

public sealed class ReplicaScaleTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly InferenceSiloOptions _options = new() { MaxReplicas = 3 };

    [Fact]
    public void Add_WaitingForLong_AddsOneReplicaAtATime()
    {
        var scale = new ReplicaScale(_options, _clock);

        Assert.Equal([1, 1, 2], Feed(scale, 3, replicas => Loads(replicas, concurrency: 4, waitMs: 100)));
        // The new replica has not reported: nothing is known of what it changes.
        Assert.Equal([2, 2, 2], Feed(scale, 3, _ => Loads(1, concurrency: 4, waitMs: 100)));
        Assert.Equal(3, Feed(scale, 10, replicas => Loads(replicas, concurrency: 4, waitMs: 100))[^1]);
    }

    [Fact]
    public void Add_WaitingForAMoment_ChangesNothing()
    {
        var scale = new ReplicaScale(_options, _clock);
        int turn = 0;

        Assert.All(Feed(scale, 60, replicas => Loads(replicas, concurrency: 1, waitMs: ++turn % 3 == 0 ? 0 : 100)), r => Assert.Equal(1, r));
    }

    [Fact]
    public void Add_IdleForLong_RemovesOneReplicaAtATimeDownToOne()
    {
        ReplicaScale scale = Scaled(3);

        IReadOnlyList<int> replicas = Feed(scale, 200, r => Loads(r, concurrency: 0.01, waitMs: 0));

        Assert.Equal([3, 2, 1], replicas.Distinct());
        Assert.True(replicas.Count(r => r == 2) >= 60);
    }

    [Fact]
    public void Add_BetweenTheLimits_ChangesNothing()
    {
        ReplicaScale scale = Scaled(2);

        Assert.All(Feed(scale, 300, r => Loads(r, concurrency: 0.4, waitMs: 20)), r => Assert.Equal(2, r));
    }

    [Fact]
    public void Add_AfterARestart_ReplicasThatExistAreKept()
    {
        var scale = new ReplicaScale(_options, _clock);

        scale.Add(new ReplicaLoad { Number = 2, Concurrency = 1 });

        Assert.Equal(3, scale.Replicas);
    }

    private ReplicaScale Scaled(int replicas)
    {
        var scale = new ReplicaScale(_options, _clock);
        scale.Add(new ReplicaLoad { Number = replicas - 1, Concurrency = 1 });
        _clock.Advance(_options.StaleAfter);
        return scale;
    }

    private static IEnumerable<ReplicaLoad> Loads(int replicas, double concurrency, double waitMs) =>
        Enumerable.Range(0, replicas).Select(i => new ReplicaLoad { Number = i, Concurrency = concurrency, Wait = TimeSpan.FromMilliseconds(waitMs) });

    private List<int> Feed(ReplicaScale scale, int seconds, Func<int, IEnumerable<ReplicaLoad>> loads)
    {
        var seen = new List<int>();
        for (int i = 0; i < seconds; i++)
        {
            foreach (ReplicaLoad load in loads(scale.Replicas))
            {
                scale.Add(load);
            }

            seen.Add(scale.Replicas);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        return seen;
    }
}
