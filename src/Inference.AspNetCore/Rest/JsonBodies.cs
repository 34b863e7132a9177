using System.Buffers;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Rest;

/// <summary>Reads whole bodies of JSON.</summary>
internal static class JsonBodies
{
    /// <summary>Reads something from JSON in one piece of memory.</summary>
    public delegate T Reader<T>(ReadOnlySpan<byte> json);

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="RequestFault">The body exceeds a limit or is malformed.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext http, OpenInferenceLimits limits, BodyBudget budget, Reader<T> read)
    {
        using RequestBody body = RequestBody.Open(http, limits, budget);
        ReadOnlySequence<byte> peeked = await PeekAsync(body, limits).ConfigureAwait(false);
        T value = Read(peeked, read);
        body.Advance(peeked, peeked.Length);
        return value;
    }

    /// <summary>Returns a whole body, unread.</summary>
    /// <exception cref="RequestFault">The body exceeds a limit or is malformed.</exception>
    public static async ValueTask<ReadOnlySequence<byte>> PeekAsync(RequestBody body, OpenInferenceLimits limits)
    {
        ReadOnlySequence<byte> peeked = await body.PeekAsync(null).ConfigureAwait(false);
        return peeked.Length <= limits.MaxJsonBytes ? peeked : throw TooLarge(limits);
    }

    public static RequestFault TooLarge(OpenInferenceLimits limits) => new(FaultKind.TooLarge, $"The JSON is larger than the {limits.MaxJsonBytes} bytes that this server accepts.");

    /// <summary>Reads from one piece of memory, copied if it is in several.</summary>
    public static T Read<T>(in ReadOnlySequence<byte> json, Reader<T> read)
    {
        if (json.IsSingleSegment)
        {
            return read(json.FirstSpan);
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)json.Length);
        try
        {
            json.CopyTo(copy);
            return read(copy.AsSpan(0, (int)json.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
