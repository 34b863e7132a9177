using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;

namespace Inference.Orleans.Tests;

public sealed class NewestEvidenceTests
{
    [Fact]
    public void Exchange_OlderOrRepeated_ChangesNothing()
    {
        var trials = new NewestEvidence(2, int.MaxValue);
        trials.Exchange(Of("t", "a", 2));
        trials.Exchange(Of("t", "a", 1));
        trials.Exchange(Of("t", "a", 2));

        Assert.Equal([("a", 2L)], trials.Exchange(Of("t", "b", 1)).Select(e => (e.Replica, e.Sequence)));
    }

    [Fact]
    public void Exchange_SilentReplica_KeepsWhatItSaid()
    {
        var trials = new NewestEvidence(2, int.MaxValue);
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
        var trials = new NewestEvidence(2, int.MaxValue);
        trials.Exchange(Of("t", "a", 1));

        Assert.Empty(trials.Exchange(Of("u", "b", 1)));
    }

    [Fact]
    public void Exchange_MoreReplicasThanAreKept_TheOneSilentForLongestIsForgotten()
    {
        var windows = new NewestEvidence(2, 2);
        windows.Exchange(Of("t", "a", 1));
        windows.Exchange(Of("t", "b", 1));
        windows.Exchange(Of("t", "a", 2));
        windows.Exchange(Of("t", "c", 1));

        Assert.Equal(["a"], windows.Exchange(Of("t", "c", 1)).Select(e => e.Replica));
    }

    private static ReplicaEvidence Of(string trial, string replica, long sequence) => new() { Subject = trial, Replica = replica, Sequence = sequence };
}
