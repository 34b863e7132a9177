using System.Text.Json;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Repository;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Rest;

/// <summary>The repository over REST: index, load, unload.</summary>
internal sealed class RestRepository(RestPipeline pipeline, ModelRepositoryService repository, AccessGate gate)
{
    public Task IndexAsync(HttpContext http) => RunAsync(http, OpenInferenceGroup.Repository, async (context, _) =>
    {
        bool ready = await JsonBodies.ReadAsync(context, pipeline.Limits, pipeline.Budget, ReadReady).ConfigureAwait(false);
        IReadOnlyList<ServedModel> visible = await gate.VisibleAsync(context, OpenInferenceGroup.Repository, repository.All).ConfigureAwait(false);
        await pipeline.Results.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (RepositoryEntry entry in ModelRepositoryService.Index(visible, ready))
            {
                json.WriteStartObject();
                json.WriteString("name"u8, entry.Name);
                if (entry.Version.Length > 0)
                {
                    json.WriteString("version"u8, entry.Version);
                }

                json.WriteString("state"u8, entry.State);
                if (entry.Reason.Length > 0)
                {
                    json.WriteString("reason"u8, entry.Reason);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    });

    public Task LoadAsync(HttpContext http) => RunAsync(http, OpenInferenceGroup.Admin, async (context, model) =>
    {
        await JsonBodies.ReadAsync(context, pipeline.Limits, pipeline.Budget, ReadParameters).ConfigureAwait(false);
        await repository.LoadAsync(model, context.RequestAborted).ConfigureAwait(false);
        await WriteEmptyAsync(context).ConfigureAwait(false);
    });

    public Task UnloadAsync(HttpContext http) => RunAsync(http, OpenInferenceGroup.Admin, async (context, model) =>
    {
        await JsonBodies.ReadAsync(context, pipeline.Limits, pipeline.Budget, ReadParameters).ConfigureAwait(false);
        await repository.UnloadAsync(model, context.RequestAborted).ConfigureAwait(false);
        await WriteEmptyAsync(context).ConfigureAwait(false);
    });

    private Task RunAsync(HttpContext http, OpenInferenceGroup group, Func<HttpContext, string, Task> handler) => gate.IsRepositoryOffered
        ? pipeline.RunAsync(http, group, handler)
        : pipeline.RunAsync(http, null, static (_, _) => throw new RequestFault(FaultKind.Unimplemented, "This server is read-only: its repository is not offered. Set OpenInferenceOptions.Policies.Admin to offer it."));

    private Task WriteEmptyAsync(HttpContext http) => pipeline.Results.WriteAsync(http, static json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    // The body may be empty, or an object with the flag 'ready'.
    private static bool ReadReady(ReadOnlySpan<byte> json) => ReadObject(json, static root =>
    {
        if (!root.TryGetProperty("ready"u8, out JsonElement ready))
        {
            return false;
        }

        return ready.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new RequestFault(FaultKind.InvalidArgument, "Field 'ready': expected true or false."),
        };
    });

    private static bool ReadParameters(ReadOnlySpan<byte> json) => ReadObject(json, static root =>
    {
        if (root.TryGetProperty("parameters"u8, out JsonElement parameters))
        {
            if (parameters.ValueKind != JsonValueKind.Object)
            {
                RequestFault.Throw("Field 'parameters': expected an object.");
            }

            foreach (JsonProperty parameter in parameters.EnumerateObject())
            {
                ModelRepositoryService.RefuseFile(parameter.Name);
            }
        }

        return true;
    });

    private static bool ReadObject(ReadOnlySpan<byte> json, Func<JsonElement, bool> read)
    {
        if (json.IsEmpty)
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new RequestFault(FaultKind.InvalidArgument, "The body: expected an object.");
        }
        catch (JsonException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"The body is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not valid JSON: a text has half of a surrogate pair.", exception);
        }
    }
}
