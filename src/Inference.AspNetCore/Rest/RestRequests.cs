using System.Buffers;
using System.Globalization;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Inference.AspNetCore.Rest;

/// <summary>Reads requests for inference: JSON, or JSON followed by raw bytes.</summary>
internal static class RestRequests
{
    /// <summary>Reads a request from its body.</summary>
    /// <exception cref="RequestFault">The request is malformed or exceeds a limit.</exception>
    public static async ValueTask ReadAsync(HttpContext http, RequestBody body, InferRequest request, OpenInferenceLimits limits)
    {
        int? jsonLength = JsonLength(http, body, limits);
        ReadOnlySequence<byte> peeked = await (jsonLength is null ? JsonBodies.PeekAsync(body, limits) : body.PeekAsync(jsonLength)).ConfigureAwait(false);
        if (peeked.Length < jsonLength)
        {
            RequestFault.Throw($"Header {RestHeaders.JsonLength}: expected at most the {peeked.Length} bytes of the body, got {jsonLength}.");
        }

        long length = jsonLength ?? peeked.Length;
        List<BinaryInput>? binary = JsonBodies.Read(peeked.Slice(0, length), json => JsonRequestReader.Read(json, limits, request, jsonLength is not null));
        body.Advance(peeked, length);
        if (jsonLength is not null)
        {
            await ReadBinaryAsync(body, length, request, binary).ConfigureAwait(false);
        }
    }

    private static int? JsonLength(HttpContext http, RequestBody body, OpenInferenceLimits limits)
    {
        if (!http.Request.Headers.TryGetValue(RestHeaders.JsonLength, out StringValues header))
        {
            return null;
        }

        if (header.Count != 1 || !int.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length < 1 || length > body.Length)
        {
            RequestFault.Throw($"Header {RestHeaders.JsonLength}: expected the number of bytes of the JSON, 1 to {body.Length ?? limits.MaxBodyBytes}, got '{header}'.");
            return null;
        }

        return length <= limits.MaxJsonBytes
            ? length
            : throw JsonBodies.TooLarge(limits);
    }

    private static async ValueTask ReadBinaryAsync(RequestBody body, long jsonLength, InferRequest request, List<BinaryInput>? inputs)
    {
        long bytes = 0;
        foreach (BinaryInput input in inputs ?? [])
        {
            bytes += input.Bytes;
        }

        if (body.Length is { } length && bytes != length - jsonLength)
        {
            RequestFault.Throw($"The inputs' raw bytes ('binary_data_size') are {bytes} in all, but {length - jsonLength} bytes follow the JSON.");
        }

        body.Expect(jsonLength + bytes);
        foreach (BinaryInput input in inputs ?? [])
        {
            TensorRules.Add(request, input.Name, input.Type == ElementType.String ? await ReadTextsAsync(body, input).ConfigureAwait(false) : await ReadNumbersAsync(body, input).ConfigureAwait(false));
        }

        await body.ExpectEndAsync().ConfigureAwait(false);
    }

    private static async ValueTask<TensorValue> ReadNumbersAsync(RequestBody body, BinaryInput input)
    {
        TensorValue tensor = TensorValue.Allocate(input.Type, input.Shape);
        try
        {
            await body.ReadAsync(input.Name, tensor, input.Bytes).ConfigureAwait(false);
            if (input.Type == ElementType.Bool)
            {
                TensorRules.CheckFlags(input.Name, tensor.AsBytes());
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static async ValueTask<TensorValue> ReadTextsAsync(RequestBody body, BinaryInput input)
    {
        ReadOnlySequence<byte> peeked = await body.PeekAsync(input.Bytes).ConfigureAwait(false);
        if (peeked.Length < input.Bytes)
        {
            RequestBody.ThrowShort(input.Name, input.Bytes, peeked.Length);
        }

        TensorValue tensor = RawTensors.Read(input.Name, input.Type, input.Shape, peeked.Slice(0, input.Bytes));
        body.Advance(peeked, input.Bytes);
        return tensor;
    }
}
