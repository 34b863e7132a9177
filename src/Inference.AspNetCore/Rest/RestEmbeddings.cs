using System.Runtime.InteropServices;
using System.Text.Json;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Embeddings;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Inference.AspNetCore.Rest;

/// <summary>Embeddings in OpenAI's form.</summary>
internal sealed class RestEmbeddings(RestPipeline pipeline, EmbeddingGenerators generators)
{
    public Task EmbedAsync(HttpContext http) => pipeline.RunAsync(http, null, async (context, _) =>
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (Faults.Of(exception) is { Kind: not FaultKind.Cancelled } fault && !context.Response.HasStarted)
        {
            await pipeline.FailAsync(context, fault, json => WriteError(json, fault)).ConfigureAwait(false);
        }
    });

    private static void WriteError(Utf8JsonWriter json, RequestFault fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, fault.Message);
        json.WriteString("type"u8, fault.Kind switch
        {
            FaultKind.Overloaded => "rate_limit_error",
            FaultKind.Internal or FaultKind.Unavailable or FaultKind.DeadlineExceeded => "server_error",
            _ => "invalid_request_error",
        });
        json.WriteNull("param"u8);
        json.WriteString("code"u8, fault.Kind == FaultKind.NotFound ? "model_not_found" : null);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        await pipeline.CheckEarlyAsync(http, OpenInferenceGroup.Infer).ConfigureAwait(false);
        EmbeddingRequest request = await JsonBodies.ReadAsync(http, pipeline.Limits, pipeline.Budget, json => EmbeddingRequestReader.Read(json, pipeline.Limits)).ConfigureAwait(false);
        await pipeline.CheckAsync(http, OpenInferenceGroup.Infer, request.Model).ConfigureAwait(false);
        IEmbeddingGenerator<string, Embedding<float>> generator = generators.Find(request.Model, http.RequestServices);
        EmbeddingGenerationOptions? options = request.Dimensions is { } dimensions ? new EmbeddingGenerationOptions { Dimensions = dimensions } : null;
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(request.Inputs, options, http.RequestAborted).ConfigureAwait(false);
        await pipeline.Results.WriteAsync(http, json => Write(json, request, embeddings)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, EmbeddingRequest request, GeneratedEmbeddings<Embedding<float>> embeddings)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (int i = 0; i < embeddings.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            if (request.Base64)
            {
                json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes(embeddings[i].Vector.Span));
            }
            else
            {
                json.WriteStartArray("embedding"u8);
                foreach (float value in embeddings[i].Vector.Span)
                {
                    JsonTensorWriter.Write(json, value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, request.Model);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, embeddings.Usage?.InputTokenCount ?? 0);
        json.WriteNumber("total_tokens"u8, embeddings.Usage?.TotalTokenCount ?? embeddings.Usage?.InputTokenCount ?? 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
