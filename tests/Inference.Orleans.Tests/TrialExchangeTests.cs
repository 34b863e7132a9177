using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;

namespace Inference.Orleans.Tests;

public sealed class TrialExchangeTests
{
    [Fact]
    public void Exchange_OlderOrRepeated_ChangesNothing()
    {
        var trials = new TrialExchange();
        trials.Exchange(Of("t", "a", 2));
        trials.Exchange(Of("t", "a", 1));
        trials.Exchange(Of("t", "a", 2));

        Assert.Equal([("a", 2L)], trials.Exchange(Of("t", "b", 1)).Select(e => (e.Replica, e.Sequence)));
    }

    [Fact]
    public void Exchange_SilentReplica_KeepsWhatItSaid()
    {
        var trials = new TrialExchange();
        trials.Exchange(Of("t", "silent", 7));
        for (int i = 1; i < 100; i++)
        {
            trials.Exchange(Of("t", "b", i));
        }

        Assert.Equal([("silent", 7L)], trials.Exchange(Of("t", "b", 100)).Select(e => (e.Replica, e.Sequence)));
    }

    [Fact]
    public void Exchange_OtherTrial_IsKeptApart()
    {
        var trials = new TrialExchange();
        trials.Exchange(Of("t", "a", 1));

        Assert.Empty(trials.Exchange(Of("u", "b", 1)));
    }

    private static TrialEvidence Of(string trial, string replica, long sequence) => new() { Trial = trial, Replica = replica, Sequence = sequence };
}
