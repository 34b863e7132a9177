using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Inference.AspNetCore.Rest;

/// <summary>The body of a request, decompressed, within the limits. For one reader.</summary>
internal sealed class RequestBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly OpenInferenceLimits _limits;
    private readonly BodyBudget _budget;
    private readonly CancellationToken _cancellationToken;
    private readonly bool _isCoded;
    private long _reserved;
    private long _consumed;

    // What was read and not advanced over yet.
    private SequencePosition? _peekedEnd;

    private RequestBody(HttpContext http, PipeReader reader, bool isCoded, OpenInferenceLimits limits, BodyBudget budget)
    {
        _reader = reader;
        _isCoded = isCoded;
        _limits = limits;
        _budget = budget;
        _cancellationToken = http.RequestAborted;
        Length = isCoded ? null : http.Request.ContentLength;
    }

    /// <summary>The number of bytes; null if it is known at the end alone.</summary>
    public long? Length { get; }

    /// <summary>Opens the body of a request.</summary>
    /// <exception cref="RequestFault">The body is too large, its coding unknown, or the server holds too many bytes.</exception>
    public static RequestBody Open(HttpContext http, OpenInferenceLimits limits, BodyBudget budget)
    {
        if (http.Request.ContentLength > limits.MaxBodyBytes)
        {
            throw TooLarge(limits);
        }

        StringValues coding = http.Request.Headers.ContentEncoding;
        bool isCoded = coding.Count > 0 && !IsCoding(coding, "identity");
        PipeReader reader = isCoded ? PipeReader.Create(Decode(http.Request.Body, coding)) : http.Request.BodyReader;
        var body = new RequestBody(http, reader, isCoded, limits, budget);
        body.Reserve(body.Length ?? 0);
        return body;
    }

    /// <summary>Reads at least so many bytes, or the whole body if it has fewer or none are stated. They stay unread until <see cref="Advance"/>.</summary>
    /// <exception cref="RequestFault">The body exceeds a limit or is malformed.</exception>
    public async ValueTask<ReadOnlySequence<byte>> PeekAsync(long? count)
    {
        while (true)
        {
            ReadResult read = await ReadAsync().ConfigureAwait(false);
            if (read.Buffer.Length >= count || read.IsCompleted)
            {
                return read.Buffer;
            }

            if (count is null && read.Buffer.Length > _limits.MaxJsonBytes)
            {
                throw JsonBodies.TooLarge(_limits);
            }

            _peekedEnd = null;
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Marks the first bytes of what was peeked as read.</summary>
    public void Advance(in ReadOnlySequence<byte> peeked, long count)
    {
        _peekedEnd = null;
        _reader.AdvanceTo(peeked.GetPosition(count));
        _consumed += count;
    }

    /// <summary>Reads the contents of a tensor of numbers into its memory.</summary>
    /// <exception cref="RequestFault">The body ends before, exceeds a limit or is malformed.</exception>
    public async ValueTask ReadAsync(string name, TensorValue tensor, int bytes)
    {
        for (int at = 0; at < bytes;)
        {
            ReadResult read = await ReadAsync().ConfigureAwait(false);
            int taken = (int)Math.Min(read.Buffer.Length, bytes - at);
            Copy(read.Buffer.Slice(0, taken), tensor, at);
            Advance(read.Buffer, taken);
            at += taken;
            if (at < bytes && read.IsCompleted)
            {
                ThrowShort(name, bytes, at);
            }
        }
    }

    /// <summary>Takes the room for what the body says that it brings, before memory is allocated for it.</summary>
    /// <exception cref="RequestFault">It exceeds the limit, or the server holds too many bytes.</exception>
    public void Expect(long total)
    {
        if (total > _limits.MaxBodyBytes)
        {
            throw TooLarge(_limits);
        }

        if (total > _reserved)
        {
            Reserve(total - _reserved);
        }
    }

    /// <summary>Checks that nothing follows.</summary>
    /// <exception cref="RequestFault">Something does.</exception>
    public async ValueTask ExpectEndAsync()
    {
        if (Length == _consumed)
        {
            return;
        }

        ReadOnlySequence<byte> rest = await PeekAsync(1).ConfigureAwait(false);
        bool isEnd = rest.IsEmpty;
        Advance(rest, 0);
        if (!isEnd)
        {
            RequestFault.Throw("The body has bytes beyond the inputs' raw bytes. Their sizes ('binary_data_size') must fill it.");
        }
    }

    /// <exception cref="RequestFault">Always.</exception>
    public static void ThrowShort(string name, long expected, long actual) => RequestFault.Throw($"Input '{name}': expected {expected} raw bytes after the JSON, got {actual}.");

    public void Dispose()
    {
        _budget.Release(_reserved);
        if (_peekedEnd is { } end)
        {
            // The server reads the rest of the body, for which the read must have ended.
            _reader.AdvanceTo(end);
        }

        if (_isCoded)
        {
            _reader.Complete();
        }
    }

    private static void Copy(in ReadOnlySequence<byte> bytes, TensorValue tensor, int at) => bytes.CopyTo(tensor.AsWritableBytes()[at..]);

    private static Stream Decode(Stream body, StringValues coding) =>
        IsCoding(coding, "gzip") || IsCoding(coding, "x-gzip") ? new GZipStream(body, CompressionMode.Decompress, leaveOpen: true) :
        IsCoding(coding, "deflate") ? new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true) :
        throw new RequestFault(FaultKind.UnsupportedCoding, $"Header Content-Encoding: expected gzip, deflate or identity, got '{coding}'.");

    private static bool IsCoding(StringValues coding, string name) => coding.Count == 1 && string.Equals(coding[0], name, StringComparison.OrdinalIgnoreCase);

    private static RequestFault TooLarge(OpenInferenceLimits limits) =>
        new(FaultKind.TooLarge, $"The body is larger than the {limits.MaxBodyBytes} bytes that this server accepts. Send fewer rows a request.");

    private async ValueTask<ReadResult> ReadAsync()
    {
        ReadResult read;
        try
        {
            read = await _reader.ReadAsync(_cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not what its Content-Encoding says: it cannot be decompressed.", exception);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw new RequestFault(FaultKind.Cancelled, "The connection was closed before the body ended.", exception);
        }

        _peekedEnd = read.Buffer.End;
        Expect(_consumed + read.Buffer.Length);
        return read;
    }

    private void Reserve(long bytes)
    {
        _budget.Take(bytes);
        _reserved += bytes;
    }
}
