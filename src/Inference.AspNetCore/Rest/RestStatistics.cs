using System.Text.Json;
using Inference.AspNetCore.Models;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Rest;

/// <summary>Statistics over REST.</summary>
internal sealed class RestStatistics(RestPipeline pipeline, ServedModels models)
{
    public Task AllAsync(HttpContext http) => pipeline.AnswerOfAllAsync(http, OpenInferenceGroup.Statistics, models.All, static (visible, json) => Write(json, visible, ""));

    public Task ModelAsync(HttpContext http) => pipeline.AnswerAsync(http, OpenInferenceGroup.Statistics, (context, name, json) => Write(json, [models.Find(name)], RestPipeline.Route(context, "version")));

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ServedModel> models, string version)
    {
        json.WriteStartObject();
        json.WriteStartArray("model_stats"u8);
        foreach (StatisticsEntry entry in StatisticsEntry.Of(models, version))
        {
            VersionStatistics counts = entry.Counts;
            json.WriteStartObject();
            json.WriteString("name"u8, entry.Name);
            json.WriteString("version"u8, entry.Version);
            json.WriteNumber("last_inference"u8, counts.LastMilliseconds);
            json.WriteNumber("inference_count"u8, counts.Rows);
            json.WriteNumber("execution_count"u8, counts.Succeeded);
            json.WriteStartObject("inference_stats"u8);
            Write(json, "success"u8, counts.Succeeded, counts.SucceededNanoseconds);
            Write(json, "fail"u8, counts.Failed, counts.FailedNanoseconds);
            Write(json, "queue"u8, 0, 0);
            Write(json, "compute_input"u8, 0, 0);
            Write(json, "compute_infer"u8, counts.Succeeded, counts.SucceededNanoseconds);
            Write(json, "compute_output"u8, 0, 0);
            json.WriteEndObject();
            json.WriteStartArray("batch_stats"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, long count, long nanoseconds)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count"u8, count);
        json.WriteNumber("ns"u8, nanoseconds);
        json.WriteEndObject();
    }
}
