using System.Text.Json;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Embeddings;
using Inference.AspNetCore.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Rest;

/// <summary>The OpenAPI 3.1 document of the server: the protocol's paths, and inference of each model that is loaded with its inputs and outputs.</summary>
internal sealed class RestOpenApi(RestPipeline pipeline, ServedModels models, AccessGate gate, EmbeddingGenerators generators, IOptions<OpenInferenceOptions> options)
{
    private const string Version = "/versions/{version}";

    public Task DocumentAsync(HttpContext http) => pipeline.AnswerOfAllAsync(http, OpenInferenceGroup.Metadata, models.All, (visible, json) =>
    {
        json.WriteStartObject();
        json.WriteString("openapi"u8, "3.1.0"u8);
        json.WriteStartObject("info"u8);
        json.WriteString("title"u8, options.Value.ServerName);
        json.WriteString("version"u8, ServerIdentity.Version);
        json.WriteString("description"u8, "Open Inference Protocol v2."u8);
        json.WriteEndObject();
        json.WriteStartObject("paths"u8);
        WritePaths(json, visible);
        json.WriteEndObject();
        json.WritePropertyName("components"u8);
        json.WriteRawValue(OpenApiSchemas.Json, skipInputValidation: true);
        json.WriteEndObject();
    });

    private void WritePaths(Utf8JsonWriter json, IReadOnlyList<ServedModel> visible)
    {
        Operation(json, "/v2", "get", "serverMetadata", "Metadata of the server", null, "object");
        Operation(json, "/v2/health/live", "get", "serverLive", "Whether the server runs", null, "object");
        Operation(json, "/v2/health/ready", "get", "serverReady", "Whether all models answer", null, "object");
        foreach (string version in (string[])["", Version])
        {
            string name = version.Length == 0 ? "model" : "modelVersion", path = $"/v2/models/{{model}}{version}";
            Operation(json, path, "get", $"{name}Metadata", "Metadata of a model", null, "object");
            Operation(json, $"{path}/ready", "get", $"{name}Ready", "Whether a model answers", null, "object");
            Operation(json, $"{path}/infer", "post", $"{name}Infer", "Inference", "InferRequest", "InferResponse");
            Operation(json, $"{path}/stats", "get", $"{name}Statistics", "Statistics of a model", null, "object");
            Operation(json, $"{path}/feedback", "post", $"{name}Feedback", "Reports of what became of predictions", "FeedbackRequest", "object");
        }

        Operation(json, "/v2/models/stats", "get", "statistics", "Statistics of all models", null, "object");
        if (gate.IsRepositoryOffered)
        {
            Operation(json, "/v2/repository/index", "post", "repositoryIndex", "The models and their versions", "object", "array");
            Operation(json, "/v2/repository/models/{model}/load", "post", "repositoryLoad", "Loads a model", "object", "object");
            Operation(json, "/v2/repository/models/{model}/unload", "post", "repositoryUnload", "Unloads a model", "object", "object");
        }

        if (generators.Any)
        {
            Operation(json, "/v1/embeddings", "post", "embeddings", "Embeddings of texts, in OpenAI's form", "object", "object");
        }

        foreach (ServedModel model in visible)
        {
            if (model.WhyNotReady() is null)
            {
                WriteModel(json, ModelDescription.Of(model, model.Runner));
            }
        }
    }

    // The model's own path is more specific than the template, which OpenAPI prefers.
    private static void WriteModel(Utf8JsonWriter json, ModelDescription model)
    {
        string inputs = Describe(model.Inputs), outputs = Describe(model.Outputs);
        Operation(json, $"/v2/models/{Uri.EscapeDataString(model.Name)}/infer", "post", $"infer_{model.Name}", $"Inference of {model.Name}: {inputs} → {outputs}", "InferRequest", "InferResponse", model);
    }

    private static string Describe(IReadOnlyList<TensorDescription> tensors) => string.Join(", ", tensors.Take(20).Select(t => $"{t.Name} {t.Datatype}[{string.Join(",", t.Shape)}]")) + (tensors.Count > 20 ? ", …" : "");

    private static void Operation(Utf8JsonWriter json, string path, string method, string id, string summary, string? request, string response, ModelDescription? example = null)
    {
        json.WriteStartObject(path);
        if (path.Contains('{', StringComparison.Ordinal))
        {
            json.WriteStartArray("parameters"u8);
            foreach (string name in (string[])["model", "version"])
            {
                if (path.Contains($"{{{name}}}", StringComparison.Ordinal))
                {
                    json.WriteStartObject();
                    json.WriteString("name"u8, name);
                    json.WriteString("in"u8, "path"u8);
                    json.WriteBoolean("required"u8, true);
                    WriteSchema(json, "string");
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
        }

        json.WriteStartObject(method);
        json.WriteString("operationId"u8, id);
        json.WriteString("summary"u8, summary);
        if (request is not null)
        {
            json.WriteStartObject("requestBody"u8);
            WriteContent(json, request, example);
            json.WriteEndObject();
        }

        json.WriteStartObject("responses"u8);
        json.WriteStartObject("200"u8);
        json.WriteString("description"u8, "The answer."u8);
        WriteContent(json, response, null);
        json.WriteEndObject();
        json.WriteStartObject("default"u8);
        json.WriteString("description"u8, "Why there is none."u8);
        WriteContent(json, "Error", null);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string schema, ModelDescription? example)
    {
        json.WriteStartObject("content"u8);
        json.WriteStartObject("application/json"u8);
        WriteSchema(json, schema);
        if (example is not null)
        {
            json.WriteStartObject("example"u8);
            json.WriteStartArray("inputs"u8);
            foreach (TensorDescription tensor in example.Inputs)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, tensor.Name);
                json.WriteString("datatype"u8, tensor.Datatype);
                json.WriteStartArray("shape"u8);
                foreach (long dimension in tensor.Shape)
                {
                    json.WriteNumberValue(dimension < 0 ? 1 : dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data"u8);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSchema(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject("schema"u8);
        if (char.IsUpper(name[0]))
        {
            json.WriteString("$ref"u8, $"#/components/schemas/{name}");
        }
        else
        {
            json.WriteString("type"u8, name);
        }

        json.WriteEndObject();
    }
}
