using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Inference.AspNetCore.Rest;

/// <summary>Writes the answers of calls: JSON, followed by the raw bytes of the outputs that are asked for in this form.</summary>
internal sealed class RestResults(JsonBuffers buffers)
{
    // Bytes that may wait in the response before they are sent.
    private const int FlushBytes = 64 << 10;

    public async Task WriteAsync(HttpContext http, InferResult result)
    {
        JsonBuffer buffer = buffers.Rent();
        try
        {
            long binary = WriteJson(buffer.Writer, result);
            await SendAsync(http, buffer.Written, binary > 0 || HasBinary(result), binary, result).ConfigureAwait(false);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    /// <summary>Writes JSON.</summary>
    public async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        JsonBuffer buffer = buffers.Rent();
        try
        {
            write(buffer.Writer);
            buffer.Writer.Flush();
            await SendAsync(http, buffer.Written, false, 0, null).ConfigureAwait(false);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private static bool HasBinary(InferResult result)
    {
        foreach (ResultTensor output in result.Outputs)
        {
            if (output.Binary)
            {
                return true;
            }
        }

        return false;
    }

    // Returns the number of raw bytes that follow.
    private static long WriteJson(Utf8JsonWriter to, InferResult result)
    {
        long binary = 0;
        to.WriteStartObject();
        to.WriteString("model_name"u8, result.ModelName);
        if (result.ModelVersion.Length > 0)
        {
            to.WriteString("model_version"u8, result.ModelVersion);
        }

        if (result.Id is not null)
        {
            to.WriteString("id"u8, result.Id);
        }

        if (result.PredictionId is { } prediction)
        {
            to.WriteStartObject("parameters"u8);
            to.WriteString("prediction_id"u8, prediction);
            to.WriteEndObject();
        }

        to.WriteStartArray("outputs"u8);
        foreach (ResultTensor output in result.Outputs)
        {
            to.WriteStartObject();
            to.WriteString("name"u8, output.Name);
            to.WriteString("datatype"u8, Datatypes.Name(output.Value.ElementType));
            to.WriteStartArray("shape"u8);
            foreach (long dimension in output.Value.Shape)
            {
                to.WriteNumberValue(dimension);
            }

            to.WriteEndArray();
            if (output.Binary)
            {
                long bytes = RawOutput.Size(output.Value);
                binary += bytes;
                to.WriteStartObject("parameters"u8);
                to.WriteNumber("binary_data_size"u8, bytes);
                to.WriteEndObject();
            }
            else
            {
                to.WriteStartArray("data"u8);
                JsonTensorWriter.Write(to, output.Value);
                to.WriteEndArray();
            }

            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
        to.Flush();
        return binary;
    }

    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> json, bool isBinary, long binary, InferResult? result)
    {
        HttpResponse response = http.Response;
        response.ContentType = isBinary ? "application/octet-stream" : "application/json";
        if (isBinary)
        {
            response.Headers[RestHeaders.JsonLength] = json.Length.ToString(CultureInfo.InvariantCulture);
        }

        string? coding = Coding(http.Request.Headers.AcceptEncoding);
        if (coding is null)
        {
            response.ContentLength = json.Length + binary;
            await WriteAsync(response.BodyWriter, json, isBinary ? result : null, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        response.Headers.ContentEncoding = coding;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        Stream encoder = coding == "gzip" ? new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await using (encoder.ConfigureAwait(false))
        {
            PipeWriter writer = PipeWriter.Create(encoder, new StreamPipeWriterOptions(leaveOpen: true));
            await WriteAsync(writer, json, isBinary ? result : null, http.RequestAborted).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(PipeWriter to, ReadOnlyMemory<byte> json, InferResult? result, CancellationToken cancellationToken)
    {
        to.Write(json.Span);
        if (result is not null)
        {
            for (int i = 0; i < result.Outputs.Length; i++)
            {
                if (!result.Outputs[i].Binary)
                {
                    continue;
                }

                TensorValue tensor = result.Outputs[i].Value;
                if (tensor.ElementType == ElementType.String)
                {
                    for (int element = 0; element < tensor.ElementCount; element++)
                    {
                        RawOutput.WriteText(to, tensor.AsSpan<string>()[element]);
                        if (to.UnflushedBytes > FlushBytes)
                        {
                            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
                        }
                    }

                    continue;
                }

                int length = tensor.AsBytes().Length;
                for (int at = 0; at < length; at += FlushBytes)
                {
                    to.Write(tensor.AsBytes().Slice(at, Math.Min(FlushBytes, length - at)));
                    if (at + FlushBytes < length)
                    {
                        await to.FlushAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }

        await to.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // The coding of a response: gzip or deflate if the client accepts it, by its order of preference; null for none.
    private static string? Coding(StringValues accepted)
    {
        if (accepted.Count == 0)
        {
            return null;
        }

        string? best = null;
        double bestQuality = 0;
        foreach (string? line in accepted)
        {
            foreach (Range range in line.AsSpan().Split(','))
            {
                ReadOnlySpan<char> item = line.AsSpan()[range].Trim();
                int semicolon = item.IndexOf(';');
                ReadOnlySpan<char> name = (semicolon < 0 ? item : item[..semicolon]).Trim();
                string? coding = name.Equals("gzip", StringComparison.OrdinalIgnoreCase) ? "gzip" : name.Equals("deflate", StringComparison.OrdinalIgnoreCase) ? "deflate" : null;
                double quality = semicolon < 0 ? 1 : Quality(item[(semicolon + 1)..].Trim());
                if (coding is not null && (quality > bestQuality || (quality == bestQuality && quality > 0 && coding == "gzip")))
                {
                    (best, bestQuality) = (coding, quality);
                }
            }
        }

        return best;
    }

    private static double Quality(ReadOnlySpan<char> parameter) =>
        parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double quality) ? quality : 1;
}
