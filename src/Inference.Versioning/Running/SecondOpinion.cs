using Inference.Versioning.Canary;
using Inference.Versioning.Leasing;

namespace Inference.Versioning.Running;

/// <summary>
/// Asks the default about inputs that the canary refused as invalid: if the default answers, the refusal is the canary's error; if it refuses them too, it is the caller's. Off the caller's path, and only as often as it may; what
/// is not asked does not count. Thread-safe.
/// </summary>
internal sealed class SecondOpinion(VersionedModelRunner versions, TimeProvider clock)
{
    // A canary that refuses what the default answers is found within some ten of these; a caller whose inputs are all invalid costs the default no more.
    private const int MostInFlight = 2;
    private const int Burst = 32;
    private const double PerSecond = 16;

    private readonly Lock _lock = new();
    private double _left = Burst;
    private long _at = clock.GetTimestamp();
    private int _inFlight;

    /// <summary>Asks, if it may; counts the call when the answer is known.</summary>
    /// <param name="trial">The trial of the canary.</param>
    /// <param name="inputs">The inputs; retained before this returns.</param>
    /// <param name="context">The call's context.</param>
    /// <returns>Whether it asks. If not, the caller counts the call.</returns>
    public bool TryAsk(CanaryTrial trial, NamedValues inputs, RunContext? context)
    {
        if (versions.Controller.Table?.Default is not { } slot || slot == trial.Slot || !TryTake())
        {
            return false;
        }

        if (!slot.TryAcquire())
        {
            Free();
            return false;
        }

        NamedValues retained;
        try
        {
            retained = inputs.Retain();
        }
        catch (ObjectDisposedException)
        {
            // Inputs that were disposed are the caller's fault.
            slot.Release();
            Free();
            return false;
        }

        var own = new RunContext { Priority = RunPriority.Low, RoutingKey = context?.RoutingKey, Tenant = context?.Tenant, BypassCache = context?.BypassCache ?? false };
        _ = Task.Run(() => AskAsync(trial, slot, retained, own));
        return true;
    }

    private async Task AskAsync(CanaryTrial trial, VersionSlot slot, NamedValues inputs, RunContext context)
    {
        bool answered = false;
        using var timeout = new CancellationTokenSource(versions.Controller.Options.Shadow.Timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, versions.Controller.Closing);
        try
        {
            (await slot.Runner.RunAsync(inputs, context, linked.Token).ConfigureAwait(false)).Dispose();
            answered = true;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Refused as well, or there was no answer for another reason: no evidence against the canary.
        }
        finally
        {
            inputs.Dispose();
            slot.Release();
            Free();
            trial.Observe(isCanary: true, failed: answered ? true : null);
        }
    }

    private bool TryTake()
    {
        lock (_lock)
        {
            long now = clock.GetTimestamp();
            _left = Math.Min(Burst, _left + (clock.GetElapsedTime(_at, now).TotalSeconds * PerSecond));
            _at = now;
            if (_left < 1 || _inFlight >= MostInFlight)
            {
                return false;
            }

            _left--;
            _inFlight++;
            return true;
        }
    }

    private void Free()
    {
        lock (_lock)
        {
            _inFlight--;
        }
    }
}
