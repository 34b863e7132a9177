namespace Inference.Versioning.Canary;

/// <summary>A call of a trial. It is counted once: as failed when its time is up, although it may still run, or by how it ended.</summary>
internal sealed class TrialCall
{
    private readonly CanaryTrial _trial;
    private CancellationTokenRegistration _registration;
    private int _counted;

    /// <param name="trial">The trial that counts it.</param>
    /// <param name="isCanary">The arm.</param>
    /// <param name="expires">When its time is up; null for never.</param>
    public TrialCall(CanaryTrial trial, bool isCanary, DateTimeOffset? expires)
    {
        _trial = trial;
        IsCanary = isCanary;
        Expires = expires;
        Node = new LinkedListNode<TrialCall>(this);
    }

    public bool IsCanary { get; }

    public DateTimeOffset? Expires { get; }

    /// <summary>Its place among the calls that have not ended.</summary>
    public LinkedListNode<TrialCall> Node { get; }

    /// <summary>When it began, among the beginnings of calls and the failures.</summary>
    public long Order { get; set; }

    /// <summary>How many calls of the canary were judged when it began.</summary>
    public long Judged { get; set; }

    /// <summary>Counts it as failed when this token is cancelled. If it was before the call came, the outcome says nothing about the version.</summary>
    public void Watch(CancellationToken limit)
    {
        if (limit.IsCancellationRequested)
        {
            TryCount();
        }
        else if (limit.CanBeCanceled)
        {
            _registration = limit.UnsafeRegister(static call => ((TrialCall)call!)._trial.GiveUp((TrialCall)call), this);
        }
    }

    public void Unwatch() => _registration.Unregister();

    /// <summary>Whether this is the one time that it is counted.</summary>
    public bool TryCount() => Interlocked.Exchange(ref _counted, 1) == 0;
}
