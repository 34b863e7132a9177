using Inference.Versioning.Canary;

namespace Inference.Versioning.Running;

/// <summary>A call of a trial within an attempt. It is counted once: as failed when the attempt's time has passed, although it may still run, or by how it ended.</summary>
internal sealed class TrialCall
{
    private readonly CanaryTrial _trial;
    private readonly bool _isCanary;
    private readonly CancellationTokenRegistration _registration;
    private int _counted;

    /// <param name="trial">The trial that counts it.</param>
    /// <param name="isCanary">The arm.</param>
    /// <param name="limit">See <see cref="AttemptLimit.Of"/>.</param>
    public TrialCall(CanaryTrial trial, bool isCanary, CancellationToken limit)
    {
        _trial = trial;
        _isCanary = isCanary;
        // If the time had passed before the call arrived here, the outcome says nothing about the version.
        _counted = limit.IsCancellationRequested ? 1 : 0;
        _registration = limit.UnsafeRegister(static call => ((TrialCall)call!).OnPassed(), this);
    }

    /// <summary>Ends the call.</summary>
    /// <returns>Whether the call is still to be counted.</returns>
    public bool End()
    {
        _registration.Unregister();
        return Interlocked.Exchange(ref _counted, 1) == 0;
    }

    private void OnPassed()
    {
        if (Interlocked.Exchange(ref _counted, 1) == 0)
        {
            _trial.Observe(_isCanary, failed: true, seconds: -1);
        }
    }
}
