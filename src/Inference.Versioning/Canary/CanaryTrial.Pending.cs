using System.Runtime.CompilerServices;

namespace Inference.Versioning.Canary;

/// <summary>Calls of the trial that have not ended: those whose time is up count as failed although they still run, and a canary with an old one is not promoted.</summary>
internal sealed partial class CanaryTrial
{
    private readonly LinkedList<TrialCall> _pending = new();
    private readonly ConditionalWeakTable<Exception, StrongBox<long>> _failures = [];
    private DateTimeOffset _expiresNext = DateTimeOffset.MaxValue;
    private long _order;

    /// <summary>Begins a call of either arm.</summary>
    /// <param name="isCanary">Which arm.</param>
    /// <param name="expires">When its time is up; null for never.</param>
    /// <param name="limit">Cancelled when the time of a fallback's attempt is up.</param>
    public TrialCall Begin(bool isCanary, DateTimeOffset? expires, CancellationToken limit)
    {
        var call = new TrialCall(this, isCanary, expires);
        (string? Alarm, bool Passed, double? Evidence) verdict = default;
        lock (_lock)
        {
            call.Order = ++_order;
            call.Judged = _judged;
            _pending.AddLast(call.Node);
            if (Expire())
            {
                verdict = Judge();
            }

            if (expires < _expiresNext)
            {
                _expiresNext = expires.Value;
            }
        }

        Tell(verdict);
        call.Watch(limit);
        return call;
    }

    /// <summary>Ends a call.</summary>
    /// <returns>Whether it is still to be counted.</returns>
    public bool End(TrialCall call)
    {
        call.Unwatch();
        lock (_lock)
        {
            Remove(call);
            return call.TryCount();
        }
    }

    /// <summary>Whether a call that ended at the same time failed by the same exception: rows that were run together, or waited for one run, fail together, and how many do depends on the traffic.</summary>
    public bool IsShared(TrialCall call, Exception error)
    {
        lock (_lock)
        {
            if (_failures.TryGetValue(error, out StrongBox<long>? ended) && call.Order < ended.Value)
            {
                return true;
            }

            _failures.AddOrUpdate(error, new StrongBox<long>(++_order));
            return false;
        }
    }

    /// <summary>Counts a call as failed whose time is up although it may still run.</summary>
    public void GiveUp(TrialCall call)
    {
        lock (_lock)
        {
            if (!call.TryCount())
            {
                return;
            }
        }

        Observe(call.IsCanary, failed: true);
    }

    private void Remove(TrialCall call)
    {
        if (call.Node.List is not null)
        {
            _pending.Remove(call.Node);
        }
    }

    private bool Expire()
    {
        if (_stopped || _expiresNext == DateTimeOffset.MaxValue || _clock.GetUtcNow() is var now && now < _expiresNext)
        {
            return false;
        }

        bool any = false;
        _expiresNext = DateTimeOffset.MaxValue;
        foreach (TrialCall call in _pending)
        {
            if (call.Expires <= now && call.TryCount())
            {
                Count(call.IsCanary, failed: true);
                any = true;
            }
            else if (call.Expires > now && call.Expires < _expiresNext)
            {
                _expiresNext = call.Expires.Value;
            }
        }

        return any;
    }

    // Since before half of the canary's calls: it may never answer.
    private bool HasOldCall()
    {
        foreach (TrialCall call in _pending)
        {
            if (call.IsCanary)
            {
                return call.Judged < _judged / 2;
            }
        }

        return false;
    }
}
