using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Inference.Remote.Wire;

namespace Inference.Remote.Transport;

/// <summary>The protocol's REST interface.</summary>
internal sealed class RestTransport(Uri endpoint, HttpClient client, RemoteModelOptions options) : IRemoteTransport
{
    private const string HeaderLength = "Inference-Header-Content-Length";
    private const int FirstBytes = 16 << 10;

    // More than a reason takes; the rest of a page is not read.
    private const int MostErrorBytes = 64 << 10;
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private static readonly MediaTypeHeaderValue s_binary = new("application/octet-stream");
    private readonly Uri _base = endpoint.AbsoluteUri.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/");

    public async ValueTask<InferReply> InferAsync(InferCall call, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, RestRequest.Path(call.Model, call.Version) + "/infer"));
        request.Content = BodyOf(call, timeout);
        using Body reply = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return RestReply.Read(reply.Bytes, reply.Header);
    }

    public async ValueTask<RemoteSignature> DescribeAsync(string model, string? version, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_base, RestRequest.Path(model, version)));
        using Body reply = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return RestReply.ReadSignature(reply.Bytes);
    }

    // The client is shared by all endpoints.
    public void Dispose()
    {
    }

    private HttpContent BodyOf(InferCall call, TimeSpan? timeout)
    {
        var header = new ArrayBufferWriter<byte>();
        HttpContent content;
        if (options.Protocol == RemoteProtocol.RestJson)
        {
            RestRequest.WriteJson(call, header, timeout);
            content = new ReadOnlyMemoryContent(header.WrittenMemory);
            content.Headers.ContentType = s_json;
        }
        else
        {
            int[] sizes = RestRequest.WriteBinary(call, header, timeout);
            content = new TensorContent(header.WrittenMemory, call.Inputs, sizes);
            content.Headers.ContentType = s_binary;
            content.Headers.Add(HeaderLength, header.WrittenCount.ToString(CultureInfo.InvariantCulture));
        }

        return options.CompressAbove is { } most && content.Headers.ContentLength > most ? new GzipContent(content) : content;
    }

    private async ValueTask<Body> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (KeyValuePair<string, string> header in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (options.Authorization is { } authorization && await authorization(cancellationToken).ConfigureAwait(false) is { } value)
        {
            request.Headers.TryAddWithoutValidation("Authorization", value);
        }

        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw new TransportException(NotReached(exception) ? TransportFailure.NotReached : TransportFailure.Failed, exception.Message, exception);
        }

        using (response)
        {
            bool succeeded = response.IsSuccessStatusCode;
            Body body;
            try
            {
                body = await ReadAsync(response, succeeded ? options.MaxResponseBytes : MostErrorBytes, cutOff: !succeeded, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                throw new TransportException(TransportFailure.Failed, exception.Message, exception);
            }

            if (succeeded)
            {
                return body;
            }

            using (body)
            {
                throw new TransportException(FailureOf(response.StatusCode), $"{(int)response.StatusCode}: {ErrorText(body.Bytes)}") { RetryAfter = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - response.Headers.Date };
            }
        }
    }

    /// <summary>Whether a request failed before the server could have read it.</summary>
    internal static bool NotReached(HttpRequestException exception) => exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        || exception.InnerException is HttpProtocolException { ErrorCode: 7 };

    private static TransportFailure FailureOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => TransportFailure.InvalidInput,
        HttpStatusCode.NotFound => TransportFailure.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => TransportFailure.NotAllowed,
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => TransportFailure.Overloaded,
        HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout => TransportFailure.DeadlineExceeded,
        _ => TransportFailure.Failed,
    };

    private async ValueTask<Body> ReadAsync(HttpResponseMessage response, int most, bool cutOff, CancellationToken cancellationToken)
    {
        long? length = response.Content.Headers.ContentLength;
        if (length > most && !cutOff)
        {
            throw TooLarge(length.Value, most);
        }

        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length ?? FirstBytes, most));
            int filled = 0;
            try
            {
                while (true)
                {
                    if (filled == buffer.Length)
                    {
                        if (filled >= most && cutOff)
                        {
                            break;
                        }

                        // One more than allowed, so that what is too large is seen to be.
                        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(2L * filled, FirstBytes), Math.Min(most + 1L, Array.MaxLength)));
                        buffer.AsSpan(0, filled).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }

                    int read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    filled += read;
                    if (filled > most)
                    {
                        if (cutOff)
                        {
                            filled = most;
                            break;
                        }

                        throw TooLarge(filled, most);
                    }
                }

                return new Body(buffer, filled, HeaderBytes(response, filled));
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw;
            }
        }
    }

    private static int HeaderBytes(HttpResponseMessage response, int body)
    {
        // The protocol's header is one of the response; some servers send it with those of the content.
        if (!response.Headers.TryGetValues(HeaderLength, out IEnumerable<string>? values) && !response.Content.Headers.TryGetValues(HeaderLength, out values))
        {
            return body;
        }

        return int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out int header) && header <= body ? header
            : throw new ModelRunException($"The server's answer is not valid: expected {HeaderLength} of at most {body}, got '{values.FirstOrDefault()}'.");
    }

    private static string ErrorText(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (string name in (ReadOnlySpan<string>)["error", "detail", "title"])
                {
                    if (document.RootElement.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String)
                    {
                        return text.GetString()!;
                    }
                }
            }
        }
        catch (JsonException)
        {
            // Not the protocol's form: a proxy's page, for example.
        }

        string plain = System.Text.Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 256)]).Trim();
        return plain.Length > 0 ? plain : "no further text.";
    }

    private static TransportException TooLarge(long bytes, int most) => new(TransportFailure.TooLarge, $"expected an answer of at most {most} bytes, got {bytes} or more.");

    /// <summary>The body of an answer in a rented buffer.</summary>
    private sealed class Body(byte[] buffer, int length, int header) : IDisposable
    {
        public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

        public int Header => header;

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
    }
}
