using Inference.Orleans.Grains;
using Orleans;

namespace Inference.Orleans.Balancing;

/// <summary>The replicas of a model, as many as replies say. Of two random ones, the one with fewer calls is called. Thread-safe.</summary>
internal sealed class ReplicaSet(IGrainFactory grains, string model, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private ReplicaState? _spare;
    private ReplicaState[] _replicas = [new(0, grains.GetGrain<IReplicaGrain>(ReplicaKey.Of(model, 0)), clock)];

    /// <summary>The number of replicas.</summary>
    public int Count => Volatile.Read(ref _replicas).Length;

    /// <summary>A replica by its number; the last one if there are fewer by now.</summary>
    public ReplicaState this[int number]
    {
        get
        {
            ReplicaState[] replicas = Volatile.Read(ref _replicas);
            return replicas[Math.Min(number, replicas.Length - 1)];
        }
    }

    /// <summary>Takes the desired number of replicas; 0 or less changes nothing.</summary>
    public void Resize(int count)
    {
        if (count <= 0 || count == Count)
        {
            return;
        }

        lock (_lock)
        {
            ReplicaState[] known = _replicas;
            var replicas = new ReplicaState[count];
            for (int i = 0; i < count; i++)
            {
                replicas[i] = i < known.Length ? known[i] : new ReplicaState(i, grains.GetGrain<IReplicaGrain>(ReplicaKey.Of(model, i)), clock);
            }

            Volatile.Write(ref _replicas, replicas);
        }
    }

    /// <summary>The replica for a call.</summary>
    /// <param name="sequence">The sequence that it belongs to; null for a call of its own.</param>
    /// <param name="tried">Replicas that did not answer it, each once or more.</param>
    public ReplicaState Choose(string? sequence, IReadOnlyCollection<ReplicaState> tried)
    {
        ReplicaState[] replicas = Volatile.Read(ref _replicas);
        if (sequence is not null)
        {
            return replicas[Slot(sequence, replicas.Length)];
        }

        if (tried.Count >= replicas.Length || (replicas.Length == 1 && replicas[0].Away > TimeSpan.Zero))
        {
            ReplicaState spare = Spare(replicas.Length);
            return tried.Contains(spare) || spare.Away > TimeSpan.Zero ? replicas[tried.Count % replicas.Length] : spare;
        }

        if (replicas.Length == 1)
        {
            return replicas[0];
        }

        int first = Random.Shared.Next(replicas.Length);
        int second = (first + 1 + Random.Shared.Next(replicas.Length - 1)) % replicas.Length;
        if (tried.Count == 0 && replicas[first].Away <= TimeSpan.Zero && replicas[second].Away <= TimeSpan.Zero)
        {
            return replicas[first].Score <= replicas[second].Score ? replicas[first] : replicas[second];
        }

        // Some are away or were tried: those that are neither first, then those whose pause ends first.
        return replicas.OrderBy(tried.Contains).ThenBy(static r => r.Away > TimeSpan.Zero ? r.Away : TimeSpan.Zero).ThenBy(static r => r.Score).First();
    }

    // One more than there are, for calls that no other can answer: it is made where there is none, and ends when it is idle.
    private ReplicaState Spare(int count)
    {
        ReplicaState? spare = Volatile.Read(ref _spare);
        if (spare?.Number != count)
        {
            Volatile.Write(ref _spare, spare = new ReplicaState(count, grains.GetGrain<IReplicaGrain>(ReplicaKey.Of(model, count)), clock));
        }

        return spare;
    }

    // FNV-1a over UTF-16: the same in every process.
    private static int Slot(string text, int count)
    {
        uint hash = 2166136261;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        return (int)(hash % (uint)count);
    }
}
