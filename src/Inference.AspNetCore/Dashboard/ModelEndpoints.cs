using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.AspNetCore.Rest;
using Inference.Decisions;
using Microsoft.AspNetCore.Http;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What the pages of one model read, and the actions on it.</summary>
internal sealed class ModelEndpoints(
    RestPipeline pipeline, ModelReader reader, DetailWriter detail, DataWriter data, PerformanceWriter performance, DecisionsWriter decisions, DashboardActions actions, ActionLog log, DashboardAccess access, PageToken token)
{
    public Task DetailAsync(HttpContext http) => RunAsync(http, async (context, model) =>
    {
        bool infer = await access.AllowsAsync(context, OpenInferenceGroup.Infer, model.Name).ConfigureAwait(false);
        bool act = await access.AllowsAsync(context, OpenInferenceGroup.Admin, model.Name).ConfigureAwait(false);
        bool withHistory = context.Request.Query["history"] != "no", day = context.Request.Query["span"] == "day";
        await WriteAsync(context, json =>
        {
            json.WriteBoolean("infer", infer);
            json.WriteBoolean("act", act);
            detail.Write(json, model, withHistory, day);
        }).ConfigureAwait(false);
    });

    public Task DataAsync(HttpContext http) => RunAsync(http, (context, model) => WriteAsync(context, json => data.Write(json, model, context.Request.Query["version"])));

    public Task ColumnAsync(HttpContext http) =>
        RunAsync(http, (context, model) => WriteAsync(context, json => data.WriteColumn(json, model, context.Request.Query["version"], context.Request.Query["column"].ToString())));

    public Task PerformanceAsync(HttpContext http) => RunAsync(http, (context, model) => WriteAsync(context, json => performance.Write(json, model)));

    public Task DecisionsAsync(HttpContext http) => RunAsync(http, async (context, model) =>
    {
        IReadOnlyList<Decision>? records = await decisions.ReadAsync(model, context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, json =>
        {
            DecisionsWriter.Write(json, records);
            WriteActions(json, log.Read(model));
        }).ConfigureAwait(false);
    });

    public Task ActAsync(HttpContext http) => pipeline.RunAsync(http, OpenInferenceGroup.Admin, async (context, name) =>
    {
        access.RequireActions(name);
        await token.RequireAsync(context).ConfigureAwait(false);
        ServedModel model = reader.Find(name);
        ActionRequest request = await JsonBodies.ReadAsync(context, pipeline.Limits, pipeline.Budget, ActionRequest.Read).ConfigureAwait(false);
        string done = await actions.RunAsync(model, RestPipeline.Route(context, "action"), request, DashboardAccess.Actor(context), context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, json => json.WriteString("done", done)).ConfigureAwait(false);
    });

    private Task RunAsync(HttpContext http, Func<HttpContext, ServedModel, Task> handler) =>
        pipeline.RunAsync(http, OpenInferenceGroup.Statistics, (context, name) => handler(context, reader.Find(name)));

    private Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        http.Response.Headers.CacheControl = "no-store";
        return pipeline.Results.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        });
    }

    private static void WriteActions(Utf8JsonWriter json, ActionEntry[] entries)
    {
        json.WriteStartArray("actions");
        foreach (ActionEntry entry in entries)
        {
            json.WriteStartObject();
            json.Time("at", entry.At);
            json.WriteString("actor", entry.Actor);
            json.WriteString("action", Json.Cut(entry.Action));
            json.WriteString("subject", entry.Subject);
            json.WriteString("reason", Json.Cut(entry.Reason));
            json.Text("fault", entry.Fault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
