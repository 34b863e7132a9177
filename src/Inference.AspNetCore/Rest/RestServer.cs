using System.Text.Json;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Rest;

/// <summary>Answers the protocol's requests over REST.</summary>
internal sealed class RestServer(
    ServedModels models,
    InferenceCalls calls,
    CallContexts contexts,
    BodyBudget budget,
    RestResults results,
    IOptions<OpenInferenceOptions> options,
    ILogger<RestServer> logger)
{
    private readonly OpenInferenceOptions _options = options.Value;
    private readonly ServedModels _models = models;

    public Task MetadataAsync(HttpContext http) => AnswerAsync(http, static (self, _, json) =>
    {
        json.WriteStartObject();
        json.WriteString("name"u8, self._options.ServerName);
        json.WriteString("version"u8, ServerIdentity.Version);
        json.WriteStartArray("extensions"u8);
        foreach (string extension in ServerIdentity.Extensions)
        {
            json.WriteStringValue(extension);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task LiveAsync(HttpContext http) => AnswerAsync(http, static (_, _, json) => WriteFlag(json, "live"u8, true));

    public Task ReadyAsync(HttpContext http) => AnswerAsync(http, static (self, http, json) =>
    {
        string? reason = null;
        foreach (ServedModel model in self._models.All)
        {
            reason ??= model.WhyNotReady();
        }

        WriteReadiness(http, json, null, reason);
    });

    public Task ModelReadyAsync(HttpContext http) => AnswerAsync(http, static (self, http, json) =>
    {
        ServedModel model = self._models.Find(Route(http, "model"));
        string? reason = model.WhyNotReady();
        if (reason is null)
        {
            model.Resolve(Route(http, "version"));
        }

        WriteReadiness(http, json, model.Name, reason);
    });

    public Task ModelMetadataAsync(HttpContext http) => AnswerAsync(http, static (self, http, json) =>
    {
        ServedModel model = self._models.Find(Route(http, "model"));
        ModelDescription description = ModelDescription.Of(model, model.Resolve(Route(http, "version")));
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
        foreach ((string name, string value) in description.Properties)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    public async Task InferAsync(HttpContext http)
    {
        try
        {
            ServedModel model = _models.Find(Route(http, "model"));
            IModelRunner runner = model.Resolve(Route(http, "version"));
            using RequestBody body = RequestBody.Open(http, _options.Limits, budget);
            using var request = new InferRequest();
            await RestRequests.ReadAsync(http, body, request, _options.Limits).ConfigureAwait(false);
            RunContext context = contexts.Of(http, request.Parameters, null);
            using InferResult result = await calls.RunAsync(model, runner, request, context, rawAlone: false, http.RequestAborted).ConfigureAwait(false);
            await results.WriteAsync(http, result).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await RestFaults.WriteAsync(http, results, exception, _options.RetryAfter, logger).ConfigureAwait(false);
        }
    }

    private static string Route(HttpContext http, string name) => http.Request.RouteValues.TryGetValue(name, out object? value) && value is string text ? text : "";

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

    private static void WriteFlag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool value)
    {
        json.WriteStartObject();
        json.WriteBoolean(name, value);
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

    private async Task AnswerAsync(HttpContext http, Action<RestServer, HttpContext, Utf8JsonWriter> write)
    {
        try
        {
            await results.WriteAsync(http, json => write(this, http, json)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await RestFaults.WriteAsync(http, results, exception, _options.RetryAfter, logger).ConfigureAwait(false);
        }
    }
}
