using Inference.Orleans.Grains;

namespace Inference.Orleans.Scaling;

/// <summary>
/// The number of replicas of one model, from their loads: one more when calls wait in each for some time, one fewer when all could be served by fewer for a longer time. Between the two there is a wide range in which
/// nothing changes. Not thread-safe.
/// </summary>
/// <param name="options">The limits.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReplicaScale(InferenceSiloOptions options, TimeProvider clock)
{
    // A replica that has more calls than this on average would have waiting ones if it took those of another.
    private const double Spare = 0.5;

    private readonly Dictionary<int, (ReplicaLoad Load, long At)> _loads = [];
    private readonly long _began = clock.GetTimestamp();
    private long? _waitingSince;
    private long? _spareSince;

    /// <summary>The desired number of replicas.</summary>
    public int Replicas { get; private set; } = 1;

    /// <summary>Takes a load.</summary>
    public void Add(ReplicaLoad load)
    {
        long now = clock.GetTimestamp();
        // After a restart of the directory, replicas that exist are desired until their loads say otherwise. Later, one with a higher number is on its way out.
        if (clock.GetElapsedTime(_began, now) < options.StaleAfter)
        {
            Replicas = Math.Clamp(load.Number + 1, Replicas, options.MaxReplicas);
        }

        if (load.Number < Replicas)
        {
            _loads[load.Number] = (load, now);
        }

        // A replica that was lost says nothing more; its last load must not count for ever.
        foreach (int silent in _loads.Where(l => clock.GetElapsedTime(l.Value.At, now) > options.StaleAfter || l.Key >= Replicas).Select(static l => l.Key).ToArray())
        {
            _loads.Remove(silent);
        }

        bool isWaiting = _loads.Count >= Replicas && _loads.Values.All(l => l.Load.Wait > options.ScaleUpAge);
        bool isSpare = Replicas > 1 && _loads.Values.All(l => l.Load.Wait < options.ScaleUpAge / 4) && _loads.Values.Sum(static l => l.Load.Concurrency) <= Spare * (Replicas - 1);
        _waitingSince = isWaiting ? _waitingSince ?? now : null;
        _spareSince = isSpare ? _spareSince ?? now : null;
        if (_waitingSince is { } waiting && Replicas < options.MaxReplicas && clock.GetElapsedTime(waiting, now) >= options.ScaleUpAfter)
        {
            Change(1);
        }
        else if (_spareSince is { } spare && clock.GetElapsedTime(spare, now) >= options.ScaleDownAfter)
        {
            Change(-1);
        }
    }

    private void Change(int by)
    {
        Replicas += by;
        (_waitingSince, _spareSince) = (null, null);
    }
}
