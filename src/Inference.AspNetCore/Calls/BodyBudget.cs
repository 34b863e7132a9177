using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Calls;

/// <summary>The bytes that bodies of requests may take together. Thread-safe.</summary>
internal sealed class BodyBudget(IOptions<OpenInferenceOptions> options)
{
    private readonly long _limit = options.Value.Limits.MaxBytesInFlight;
    private long _taken;

    /// <summary>The bytes that are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes bytes until <see cref="Release"/>.</summary>
    /// <exception cref="RequestFault">So many are not free; none is taken.</exception>
    public void Take(long bytes)
    {
        long taken = Interlocked.Add(ref _taken, bytes);
        if (taken > _limit && bytes > 0)
        {
            Interlocked.Add(ref _taken, -bytes);
            throw new RequestFault(FaultKind.Unavailable, $"The server holds {taken - bytes} of {_limit} bytes of requests at present; {bytes} more do not fit. Retry later.");
        }
    }

    public void Release(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
