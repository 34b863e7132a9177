using System.Text.Json;
using Inference.AspNetCore.Calls;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Rest;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Runs a model on values that somebody typed, and tells which way the call took.</summary>
internal sealed class TryEndpoint(RestPipeline pipeline, ModelReader reader, InferenceCalls calls, CallContexts contexts, PageToken token)
{
    // What a page shows of one output.
    private const int MaxElements = 1024;

    public Task RunAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Infer, async (context, name) =>
    {
        await token.RequireAsync(context).ConfigureAwait(false);
        ServedModel model = reader.Find(name);
        IModelRunner runner = model.Resolve(context.Request.Query["version"].ToString());
        using RequestBody body = RequestBody.Open(context, pipeline.Limits, pipeline.Budget);
        using var request = new InferRequest();
        await RestRequests.ReadAsync(context, body, request, pipeline.Limits).ConfigureAwait(false);
        RunContext run = contexts.Of(context, request.Parameters, null);
        TimeProvider clock = TimeProvider.System;
        long started = clock.GetTimestamp();
        using InferResult result = await calls.RunAsync(model, runner, request, run, rawAlone: false, context.RequestAborted).ConfigureAwait(false);
        TimeSpan elapsed = clock.GetElapsedTime(started);
        await pipeline.Results.WriteAsync(context, json => Write(json, result, run.Record, elapsed)).ConfigureAwait(false);
    });

    private static void Write(Utf8JsonWriter json, InferResult result, RunRecord record, TimeSpan elapsed)
    {
        json.WriteStartObject();
        json.Text("version", result.ModelVersion);
        json.Seconds("elapsed", elapsed);
        json.Text("prediction", result.PredictionId?.ToString());
        json.Text("placement", record.Placement);
        json.Text("arm", record.Arm?.ToString());
        json.WriteStartArray("path");
        foreach (string step in record.Path)
        {
            json.WriteStringValue(Json.Cut(step));
        }

        json.WriteEndArray();
        json.WriteStartArray("timings");
        foreach (KeyValuePair<string, TimeSpan> timing in record.Timings)
        {
            json.WriteStartObject();
            json.WriteString("stage", Json.Cut(timing.Key));
            json.Seconds("time", timing.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (ResultTensor output in result.Outputs)
        {
            Write(json, output);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ResultTensor output)
    {
        TensorValue value = output.Value;
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", Datatypes.Name(value.ElementType));
        json.WriteStartArray("shape");
        foreach (long dimension in value.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteNumber("elements", value.ElementCount);
        if (!Datatypes.IsRawOnly(value.ElementType) && Shown(value) is { } shown)
        {
            json.WriteStartArray("data");
            JsonTensorWriter.Write(json, shown);
            json.WriteEndArray();
            if (!ReferenceEquals(shown, value))
            {
                shown.Dispose();
            }
        }

        json.WriteEndObject();
    }

    // All of a small tensor, the first rows of a larger one; null if even one row is too large.
    private static TensorValue? Shown(TensorValue value)
    {
        if (value.ElementCount <= MaxElements)
        {
            return value;
        }

        long row = value.Rank == 0 ? value.ElementCount : value.ElementCount / value.Shape[0];
        return row > MaxElements ? null : value.Rows(0, (int)(MaxElements / row));
    }
}
