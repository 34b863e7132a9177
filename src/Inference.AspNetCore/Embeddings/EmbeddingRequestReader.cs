using System.Text.Json;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Embeddings;

/// <summary>Reads requests for embeddings in OpenAI's form.</summary>
internal static class EmbeddingRequestReader
{
    /// <exception cref="RequestFault">The body is malformed.</exception>
    public static EmbeddingRequest Read(ReadOnlySpan<byte> json, OpenInferenceLimits limits)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = limits.MaxJsonDepth });
            return Read(document.RootElement, limits);
        }
        catch (JsonException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"The body is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not valid JSON: a text is not UTF-8, or has half of a surrogate pair.", exception);
        }
    }

    private static EmbeddingRequest Read(JsonElement root, OpenInferenceLimits limits)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            RequestFault.Throw("The body: expected an object.");
        }

        if (!root.TryGetProperty("model"u8, out JsonElement model) || model.ValueKind != JsonValueKind.String)
        {
            RequestFault.Throw("Field 'model': expected the name of a model.");
        }

        int? dimensions = null;
        if (root.TryGetProperty("dimensions"u8, out JsonElement stated) && stated.ValueKind != JsonValueKind.Null)
        {
            if (stated.ValueKind != JsonValueKind.Number || !stated.TryGetInt32(out int count) || count < 1)
            {
                throw new RequestFault(FaultKind.InvalidArgument, "Field 'dimensions': expected a whole number of 1 or more.");
            }

            dimensions = count;
        }

        bool base64 = false;
        if (root.TryGetProperty("encoding_format"u8, out JsonElement format) && format.ValueKind != JsonValueKind.Null)
        {
            base64 = format.ValueKind == JsonValueKind.String && format.ValueEquals("base64"u8);
            if (!base64 && (format.ValueKind != JsonValueKind.String || !format.ValueEquals("float"u8)))
            {
                RequestFault.Throw("Field 'encoding_format': expected 'float' or 'base64'.");
            }
        }

        return new EmbeddingRequest(TensorRules.CheckName("Field 'model'", model.GetString()!, limits), Inputs(root, limits), dimensions, base64);
    }

    private static List<string> Inputs(JsonElement root, OpenInferenceLimits limits)
    {
        var inputs = new List<string>();
        if (root.TryGetProperty("input"u8, out JsonElement input))
        {
            if (input.ValueKind == JsonValueKind.String)
            {
                inputs.Add(input.GetString()!);
            }
            else if (input.ValueKind == JsonValueKind.Array && input.GetArrayLength() <= limits.MaxItems)
            {
                foreach (JsonElement item in input.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String)
                    {
                        RequestFault.Throw("Field 'input': expected a text or an array of texts; this server takes no tokens.");
                    }

                    inputs.Add(item.GetString()!);
                }
            }
        }

        if (inputs.Count == 0 || inputs.Exists(static text => text.Length == 0))
        {
            RequestFault.Throw($"Field 'input': expected a text, or an array of 1 to {limits.MaxItems} texts, none of them empty.");
        }

        return inputs;
    }
}
