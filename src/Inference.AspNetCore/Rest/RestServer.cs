using System.Text.Json;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Rest;

/// <summary>The core of the protocol over REST: health, metadata, inference.</summary>
internal sealed class RestServer(RestPipeline pipeline, ServedModels models, InferenceCalls calls, CallContexts contexts, IOptions<OpenInferenceOptions> options)
{
    private readonly string _name = options.Value.ServerName;

    public Task LiveAsync(HttpContext http) => pipeline.AnswerAsync(http, null, static (_, _, json) =>
    {
        json.WriteStartObject();
        json.WriteBoolean("live"u8, true);
        json.WriteEndObject();
    });

    public Task ReadyAsync(HttpContext http) => pipeline.AnswerAsync(http, null, (context, _, json) => WriteReadiness(context, json, null, models.WhyNotReady()));

    public Task MetadataAsync(HttpContext http) => pipeline.AnswerAsync(http, OpenInferenceGroup.Metadata, (_, _, json) =>
    {
        json.WriteStartObject();
        json.WriteString("name"u8, _name);
        json.WriteString("version"u8, ServerIdentity.Version);
        json.WriteStartArray("extensions"u8);
        foreach (string extension in ServerIdentity.Extensions)
        {
            json.WriteStringValue(extension);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task ModelReadyAsync(HttpContext http) => pipeline.AnswerAsync(http, OpenInferenceGroup.Metadata, (context, name, json) =>
    {
        ServedModel model = models.Find(name);
        string? reason = model.WhyNotReady();
        if (reason is null)
        {
            model.Resolve(RestPipeline.Route(context, "version"));
        }

        WriteReadiness(context, json, model.Name, reason);
    });

    public Task ModelMetadataAsync(HttpContext http) => pipeline.AnswerAsync(http, OpenInferenceGroup.Metadata, (context, name, json) =>
    {
        ServedModel model = models.Find(name);
        ModelDescription description = ModelDescription.Of(model, model.Resolve(RestPipeline.Route(context, "version")));
        json.WriteStartObject();
        json.WriteString("name"u8, description.Name);
        if (description.Versions.Count > 0)
        {
            json.WriteStartArray("versions"u8);
            foreach (string version in description.Versions)
            {
                json.WriteStringValue(version);
            }

            json.WriteEndArray();
        }

        json.WriteString("platform"u8, description.Platform);
        Write(json, "inputs"u8, description.Inputs);
        Write(json, "outputs"u8, description.Outputs);
        json.WriteStartObject("properties"u8);
        foreach ((string property, string value) in description.Properties)
        {
            json.WriteString(property, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    public Task InferAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Infer, InferAsync);

    private async Task InferAsync(HttpContext http, string name)
    {
        ServedModel model = models.Find(name);
        IModelRunner runner = model.Resolve(RestPipeline.Route(http, "version"));
        using RequestBody body = RequestBody.Open(http, pipeline.Limits, pipeline.Budget);
        using var request = new InferRequest();
        await RestRequests.ReadAsync(http, body, request, pipeline.Limits).ConfigureAwait(false);
        RunContext context = contexts.Of(http, request.Parameters, null);
        using InferResult result = await calls.RunAsync(model, runner, request, context, rawAlone: false, http.RequestAborted).ConfigureAwait(false);
        await pipeline.Results.WriteAsync(http, result).ConfigureAwait(false);
    }

    private static void WriteReadiness(HttpContext http, Utf8JsonWriter json, string? model, string? reason)
    {
        json.WriteStartObject();
        if (model is not null)
        {
            json.WriteString("name"u8, model);
        }

        json.WriteBoolean("ready"u8, reason is null);
        if (reason is not null)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            json.WriteString("error"u8, reason);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> field, IReadOnlyList<TensorDescription> tensors)
    {
        json.WriteStartArray(field);
        foreach (TensorDescription tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tensor.Name);
            json.WriteString("datatype"u8, tensor.Datatype);
            json.WriteStartArray("shape"u8);
            foreach (long dimension in tensor.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
