namespace Inference.Batching.Queue;

/// <summary>Enumerates the calls of a queue in the order in which they are served. The call that was returned last may be removed; others may not.</summary>
/// <param name="low">The oldest call of the lowest priority.</param>
/// <param name="normal">The oldest call of the normal priority.</param>
/// <param name="high">The oldest call of the highest priority.</param>
/// <param name="step">See <see cref="CallQueue.AgeingStep"/>.</param>
internal struct CallWalk(PendingCall? low, PendingCall? normal, PendingCall? high, long step)
{
    private PendingCall? _low = low;
    private PendingCall? _normal = normal;
    private PendingCall? _high = high;

    /// <summary>The next call; null after the last.</summary>
    public PendingCall? Next()
    {
        PendingCall? first = CallQueue.Earlier(_high, CallQueue.Earlier(_normal, _low, step), step);
        switch (first?.PriorityIndex)
        {
            case 0:
                _low = first.Next;
                break;
            case 1:
                _normal = first.Next;
                break;
            case 2:
                _high = first.Next;
                break;
        }

        return first;
    }
}
