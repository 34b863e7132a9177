using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Writes what the page of a model shows.</summary>
internal sealed class DetailWriter(ModelReader reader, HistoryService history)
{
    // A repository may hold more; a page shows the newest.
    private const int MaxVersions = 200;
    private const int MaxMetadata = 32;

    /// <param name="json">Where to write.</param>
    /// <param name="model">The model.</param>
    /// <param name="withHistory">Whether the history is told too.</param>
    /// <param name="day">Whether it is that of the last day, instead of the last hour.</param>
    public void Write(Utf8JsonWriter json, ServedModel model, bool withHistory, bool day)
    {
        (string state, string note) = ModelSummary.State(reader, model);
        json.WriteString("name", model.Name);
        json.WriteString("state", state);
        json.Text("note", note);
        if (state is "unloaded" or "loading" or "failed")
        {
            return;
        }

        WriteInfo(json, model.Runner.Info);
        var traffic = reader.Traffic(model).ToDictionary(static t => t.Version, StringComparer.Ordinal);
        WriteVersions(json, model, traffic);
        WriteStages(json, model);
        WriteHas(json, model);
        if (withHistory)
        {
            history.Of(model).Read(day, ring => WriteHistory(json, ring, day));
        }
    }

    private static void WriteInfo(Utf8JsonWriter json, ModelInfo info)
    {
        json.WriteStartObject("info");
        json.Text("digest", info.Digest);
        json.Text("provider", info.Provider);
        json.WriteBoolean("rowIndependent", info.RowIndependent);
        json.WriteBoolean("deterministic", info.Deterministic);
        WritePorts(json, "inputs", info.Inputs);
        WritePorts(json, "outputs", info.Outputs);
        json.WriteStartObject("metadata");
        foreach (KeyValuePair<string, string> pair in info.Metadata.OrderBy(static p => p.Key, StringComparer.Ordinal).Take(MaxMetadata))
        {
            json.WriteString(Json.Cut(pair.Key), Json.Cut(pair.Value));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePorts(Utf8JsonWriter json, string name, IReadOnlyList<ModelPort> ports)
    {
        json.WriteStartArray(name);
        foreach (ModelPort port in ports)
        {
            json.WriteStartObject();
            json.WriteString("name", port.Name);
            json.WriteString("type", port.Type.ToString());
            json.WriteBoolean("optional", port.IsOptional);
            json.Text("datatype", port.Type.Kind == ModelValueKind.Tensor ? Protocol.Datatypes.Name(port.Type.ElementType) : null);
            if (port.Shape is { } shape)
            {
                json.WriteStartArray("shape");
                foreach (Dimension dimension in shape)
                {
                    json.WriteNumberValue(dimension.Size ?? -1);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteVersions(Utf8JsonWriter json, ServedModel model, Dictionary<string, VersionTraffic> traffic)
    {
        if (reader.Service<IModelVersions>(model) is not { } versions)
        {
            string version = model.Runner.Info.Version;
            json.WriteStartArray("versions");
            json.WriteStartObject();
            json.WriteString("version", version);
            json.WriteString("state", "default");
            json.Text("digest", model.Runner.Info.Digest);
            WriteTraffic(json, traffic.GetValueOrDefault(version));
            json.WriteEndObject();
            json.WriteEndArray();
            return;
        }

        json.WriteBoolean("versioned", true);
        json.WriteString("default", versions.DefaultVersion);
        json.WriteStartArray("versions");
        foreach (ModelVersionStatus version in versions.Versions.Take(MaxVersions))
        {
            json.WriteStartObject();
            json.WriteString("version", version.Version);
            json.Name("state", version.State);
            json.WriteStartArray("labels");
            foreach (string label in version.Labels)
            {
                json.WriteStringValue(Json.Cut(label));
            }

            json.WriteEndArray();
            json.Text("digest", version.Digest);
            json.WriteNumber("bytes", version.Bytes);
            json.WriteNumber("inFlight", version.CallsInFlight);
            json.WriteNumber("served", version.Calls);
            json.Text("error", version.Error);
            json.WriteStartObject("lineage");
            foreach (KeyValuePair<string, string> fact in version.Lineage)
            {
                json.WriteString(Json.Cut(fact.Key), Json.Cut(fact.Value));
            }

            json.WriteEndObject();
            WriteTraffic(json, traffic.GetValueOrDefault(version.Version));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (versions.Canary is { } canary)
        {
            WriteCanary(json, canary);
        }

        if (versions.Shadow is { } shadow)
        {
            json.WriteStartObject("shadow");
            json.WriteString("version", shadow.Version);
            json.WriteNumber("compared", shadow.Compared);
            json.WriteNumber("different", shadow.Different);
            json.WriteNumber("failed", shadow.Failed);
            json.WriteNumber("dropped", shadow.Dropped);
            json.Rounded("largest", shadow.LargestDifference);
            json.Text("last", shadow.LastDifference);
            json.WriteEndObject();
        }
    }

    private static void WriteTraffic(Utf8JsonWriter json, VersionTraffic? traffic)
    {
        if (traffic is null)
        {
            return;
        }

        json.WriteStartObject("traffic");
        json.WriteNumber("calls", traffic.Calls);
        json.WriteNumber("failed", traffic.Failed);
        json.Rounded("rate", traffic.CallsPerSecond);
        json.Rounded("failedRate", traffic.FailedPerSecond);
        json.Seconds("p50", traffic.P50);
        json.Seconds("p95", traffic.P95);
        json.Seconds("p99", traffic.P99);
        json.Seconds("mean", traffic.Mean);
        json.WriteEndObject();
    }

    private static void WriteCanary(Utf8JsonWriter json, CanaryStatus canary)
    {
        json.WriteStartObject("canary");
        json.WriteString("version", canary.Version);
        json.WriteNumber("percent", canary.Percent);
        json.WriteNumber("calls", canary.Calls);
        json.WriteNumber("errors", canary.Errors);
        json.WriteNumber("controlCalls", canary.ControlCalls);
        json.WriteNumber("controlErrors", canary.ControlErrors);
        json.Rounded("errorEvidence", canary.ErrorEvidence);
        json.Rounded("latencyEvidence", canary.LatencyEvidence);
        json.Rounded("metricEvidence", canary.MetricEvidence);
        json.Rounded("outcomeEvidence", canary.OutcomeEvidence);
        json.Rounded("costEvidence", canary.CostEvidence);
        json.Rounded("evidence", canary.Evidence);
        json.Rounded("limit", canary.Limit);
        if (canary.Outcomes is { } outcomes)
        {
            json.WriteStartObject("outcomes");
            json.WriteString("name", outcomes.Outcome);
            json.WriteNumber("treatment", outcomes.Treatment);
            json.Rounded("treatmentMean", outcomes.TreatmentMean);
            json.WriteNumber("control", outcomes.Control);
            json.Rounded("controlMean", outcomes.ControlMean);
            json.WriteNumber("waiting", outcomes.Waiting);
            json.Rounded("low", outcomes.Low);
            json.Rounded("high", outcomes.High);
            json.WriteBoolean("mismatch", outcomes.SampleRatioMismatch);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteStages(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartArray("stages");
        foreach (string version in reader.Serving(model))
        {
            ICacheControl? cache = reader.Service<ICacheControl>(model, version);
            IBatchingStatus? batching = reader.Service<IBatchingStatus>(model, version);
            if (cache is null && batching is null)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("version", version);
            if (cache?.Statistics is { } statistics)
            {
                json.WriteStartObject("cache");
                json.WriteNumber("entries", statistics.Entries);
                json.WriteNumber("bytes", statistics.Bytes);
                json.WriteNumber("hits", statistics.Hits);
                json.WriteNumber("misses", statistics.Misses);
                json.WriteBoolean("on", statistics.IsOn);
                json.WriteEndObject();
            }

            if (batching is not null)
            {
                json.WriteStartObject("batching");
                json.WriteBoolean("aside", batching.IsSteppedAside);
                json.WriteNumber("rowLimit", batching.RowLimit);
                json.Seconds("delay", batching.Delay);
                json.WriteNumber("queued", batching.QueuedRows);
                json.WriteNumber("inFlight", batching.BatchesInFlight);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // What the model's other pages have something to show of.
    private void WriteHas(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject("has");
        json.WriteBoolean("monitoring", reader.Service<IModelMonitor>(model) is not null);
        json.WriteBoolean("silence", reader.Service<IAlertSilence>(model) is not null);
        json.WriteBoolean("feedback", reader.Service<IFeedbackStatus>(model) is not null);
        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, HistoryRing ring, bool day)
    {
        json.WriteStartObject("history");
        json.WriteNumber("step", day ? ModelHistory.LongStepSeconds : ModelHistory.StepSeconds);
        foreach (HistorySeries series in Enum.GetValues<HistorySeries>())
        {
            json.Series(JsonNamingPolicy.CamelCase.ConvertName(series.ToString()), ring, series, ring.Count);
        }

        json.WriteEndObject();
    }
}
