using System.Text.Json;
using Inference.AspNetCore.Rest;
using Inference.Status;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Tells a page of the cluster's silos. Nothing without a cluster.</summary>
internal sealed class ClusterEndpoint(RestPipeline pipeline, ClusterReader reader, DashboardAccess access)
{
    // Far more than Orleans clusters have, and some 100 KB for a page.
    private const int MaxSilos = 1000;

    // Names are a detail of a row; all of them are counted.
    private const int MaxNames = 100;

    public Task ReadAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Statistics, async (context, _) =>
    {
        ClusterReading reading = await reader.ReadAsync().WaitAsync(context.RequestAborted).ConfigureAwait(false);
        IReadOnlySet<string>? known = reading.Silos is null ? null : await access.KnownAsync(context).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store";
        await pipeline.Results.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.Text("fault", reading.Fault);
            if (reading.Silos is { } silos)
            {
                json.WriteNumber("count", silos.Count);
                json.WriteStartArray("silos");
                foreach (SiloSnapshot silo in silos.Take(MaxSilos))
                {
                    Write(json, silo, known);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }).ConfigureAwait(false);
    });

    private static void Write(Utf8JsonWriter json, SiloSnapshot silo, IReadOnlySet<string>? known)
    {
        json.WriteStartObject();
        json.WriteString("name", Json.Cut(silo.Name));
        json.WriteString("address", Json.Cut(silo.Address));
        json.WriteString("state", silo.IsStopping ? "stopping" : "serving");
        json.WriteNumber("calls", silo.Calls);
        json.WriteNumber("bytes", silo.Bytes);
        json.WriteNumber("maxBytes", silo.MaxBytes);
        json.WriteNumber("modelCount", silo.Models.Count);
        WriteNames(json, "models", silo.Models.Where(name => known?.Contains(name) != false));
        json.WriteNumber("replicaCount", silo.Replicas.Count);
        WriteNames(json, "replicas", silo.Replicas.Where(replica => known?.Contains(ModelOf(replica)) != false));
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (string name in names.Take(MaxNames))
        {
            json.WriteStringValue(Json.Cut(name));
        }

        json.WriteEndArray();
    }

    // The name of a model may have slashes.
    private static string ModelOf(string replica) => replica[..Math.Max(replica.LastIndexOf('/'), 0)];
}
