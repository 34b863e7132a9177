using Inference.Status;
using Inference.Versioning.Leasing;
using Inference.Versioning.Loading;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Shadow;

/// <summary>Runs copies of calls on a shadow version, within a budget of calls and bytes, and compares the answers. Callers never wait for it.</summary>
internal sealed class ShadowLane(VersionSlot slot, ShadowOptions options, VersioningInstruments instruments, TimeProvider clock)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private int _inFlight;
    private long _bytes;
    private long _compared;
    private long _different;
    private long _failed;
    private long _dropped;
    private double _largest;
    private string? _last;

    public VersionSlot Slot => slot;

    public ShadowOptions Options => options;

    /// <summary>Shadow calls in flight.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight;
            }
        }
    }

    /// <summary>Shadow calls that have ended.</summary>
    public long Ended
    {
        get
        {
            lock (_lock)
            {
                return _compared + _failed;
            }
        }
    }

    public ShadowReport Report
    {
        get
        {
            lock (_lock)
            {
                return new ShadowReport
                {
                    Version = slot.Version,
                    Compared = _compared,
                    Different = _different,
                    Failed = _failed,
                    Dropped = _dropped,
                    LargestDifference = _largest,
                    LastDifference = _last,
                };
            }
        }
    }

    /// <summary>Copies an answered call. Inputs and outputs are retained or copied before this returns.</summary>
    public void Offer(NamedValues inputs, NamedValues outputs, RunContext? context, string servedBy)
    {
        if (servedBy == slot.Version || (options.Percent < 100 && Random.Shared.NextDouble() * 100 >= options.Percent))
        {
            return;
        }

        long bytes = Bytes(inputs) + Bytes(outputs);
        if (!TryReserve(bytes))
        {
            instruments.Shadow(slot.Version, "dropped", null);
            return;
        }

        if (!slot.TryAcquire())
        {
            Free(bytes);
            return;
        }

        NamedValues? retained = null;
        ShadowCall copy;
        try
        {
            retained = inputs.Retain();
            copy = new ShadowCall(retained, Copy(outputs), bytes, new RunContext
            {
                Priority = RunPriority.Low,
                RoutingKey = context?.RoutingKey,
                Tenant = context?.Tenant,
                BypassCache = context?.BypassCache ?? false,
            });
        }
        catch (Exception exception)
        {
            // A call that cannot be copied is not shadowed: it was answered, and its version waits for its lease.
            retained?.Dispose();
            slot.Release();
            Free(bytes);
            lock (_lock)
            {
                _dropped++;
                _last = exception.Message;
            }

            instruments.Shadow(slot.Version, "dropped", null);
            return;
        }

        _ = Task.Run(() => RunAsync(copy));
    }

    /// <summary>Cancels the calls in flight; each releases its lease when it ends.</summary>
    public void Stop() => _stop.Cancel();

    private async Task RunAsync(ShadowCall call)
    {
        string outcome = "error";
        double? difference = null;
        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
        try
        {
            using NamedValues got = await slot.Runner.RunAsync(call.Inputs, call.Context, linked.Token).ConfigureAwait(false);
            (string? text, double largest) = Compare(got, call.Outputs);
            difference = largest;
            outcome = text is null ? "same" : "different";
            lock (_lock)
            {
                _compared++;
                _different += text is null ? 0 : 1;
                _largest = Math.Max(_largest, largest);
                _last = text ?? _last;
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // An exception of the shadowed version is a finding, never a failure of the service.
            lock (_lock)
            {
                _failed++;
                _last = exception.Message;
            }
        }
        finally
        {
            call.Inputs.Dispose();
            call.Outputs.Dispose();
            slot.Release();
            instruments.Shadow(slot.Version, outcome, difference);
            Free(call.Bytes);
        }
    }

    private (string? Text, double Largest) Compare(NamedValues got, NamedValues want)
    {
        string? first = null;
        double largest = 0;
        foreach ((string name, ModelValue expected) in want)
        {
            string? text = got.TryGetValue(name, out ModelValue? actual)
                ? ValueDifference.Find(actual, expected, options.RelativeTolerance, options.AbsoluteTolerance, out double here)
                : Missing(out here);
            largest = Math.Max(largest, here);
            first ??= text is null ? null : $"output '{name}': {text}";
        }

        return (first, largest);
    }

    private static string Missing(out double largest)
    {
        largest = 0;
        return "the shadow version does not return it";
    }

    private bool TryReserve(long bytes)
    {
        lock (_lock)
        {
            if (_inFlight >= options.MaxInFlight || _bytes + bytes > options.MaxBytes)
            {
                _dropped++;
                return false;
            }

            _inFlight++;
            _bytes += bytes;
            return true;
        }
    }

    private void Free(long bytes)
    {
        lock (_lock)
        {
            _inFlight--;
            _bytes -= bytes;
        }
    }

    private static long Bytes(NamedValues values)
    {
        long bytes = 0;
        for (int i = 0; i < values.Count; i++)
        {
            bytes += values.GetAt(i).Value is TensorValue tensor ? tensor.ByteCount : 0;
        }

        return bytes;
    }

    // The caller may write into the outputs it received, and a retained tensor is not writable.
    private static NamedValues Copy(NamedValues outputs)
    {
        var copy = new NamedValues(outputs.Count);
        for (int i = 0; i < outputs.Count; i++)
        {
            copy.Add(outputs.GetAt(i).Key, outputs.GetAt(i).Value is TensorValue tensor ? Copy(tensor) : outputs.GetAt(i).Value.Retain());
        }

        return copy;
    }

    private static TensorValue Copy(TensorValue tensor)
    {
        TensorValue copy = TensorValue.Allocate(tensor.ElementType, tensor.Shape);
        if (tensor.ElementType == ElementType.String)
        {
            tensor.AsSpan<string>().CopyTo(copy.AsWritableSpan<string>());
        }
        else
        {
            tensor.AsBytes().CopyTo(copy.AsWritableBytes());
        }

        return copy;
    }

    private sealed record ShadowCall(NamedValues Inputs, NamedValues Outputs, long Bytes, RunContext Context);
}
