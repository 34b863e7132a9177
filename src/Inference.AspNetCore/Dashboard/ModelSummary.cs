using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What the overview tells of a model.</summary>
internal sealed class ModelSummary
{
    // What a row of the overview shows; the model's page shows all.
    private const int MaxVersions = 8;
    private const int MaxConditions = 4;
    private const int SparkPoints = 30;

    private readonly string _name;
    private readonly string _state;
    private readonly string _note;
    private string _version = "";
    private IReadOnlyList<ModelVersionStatus> _versions = [];
    private TrafficTotal _traffic;
    private MonitoringSnapshot? _monitoring;
    private CanaryStatus? _canary;
    private RealizedMetric? _metric;
    private DateTimeOffset? _silent;

    private ModelSummary(string name, string state, string note) => (_name, _state, _note) = (name, state, note);

    /// <summary>Reads the state of a model. Never throws: what a stage cannot tell is the note.</summary>
    public static ModelSummary Read(ModelReader reader, ServedModel model)
    {
        try
        {
            (string state, string note) = State(reader, model);
            var summary = new ModelSummary(model.Name, state, note) { _traffic = TrafficTotal.Of(reader.Traffic(model)) };
            if (reader.Service<IModelVersions>(model) is { } versions)
            {
                (summary._version, summary._versions, summary._canary) = (versions.DefaultVersion, versions.Versions, versions.Canary);
            }
            else if (state is not ("loading" or "failed" or "unloaded"))
            {
                summary._version = model.Runner.Info.Version;
            }

            summary._monitoring = reader.Service<IModelMonitor>(model)?.Snapshot;
            summary._silent = reader.Service<IAlertSilence>(model)?.SilentUntil;
            summary._metric = reader.Service<IFeedbackStatus>(model)?.Snapshot.Performance.FirstOrDefault(m => m.Segment is null && (m.ModelVersion == summary._version || m.ModelVersion.Length == 0));
            return summary;
        }
#pragma warning disable CA1031 // A stage that cannot tell its state keeps no other from being seen.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new ModelSummary(model.Name, "unknown", $"Its state could not be read: {exception.Message}");
        }
    }

    /// <summary>Writes it as an object.</summary>
    public void Write(Utf8JsonWriter json, ModelHistory history)
    {
        json.WriteStartObject();
        json.WriteString("name", _name);
        json.WriteString("state", _state);
        json.Text("note", _note);
        json.Text("version", _version);
        WriteVersions(json);
        WriteTraffic(json, history);
        WriteMonitoring(json);
        if (_canary is { } canary)
        {
            json.WriteStartObject("canary");
            json.WriteString("version", canary.Version);
            json.WriteNumber("percent", canary.Percent);
            json.Rounded("evidence", canary.Evidence);
            json.Rounded("limit", canary.Limit);
            json.WriteEndObject();
        }

        if (_metric is { } metric)
        {
            json.WriteStartObject("metric");
            json.WriteString("name", metric.Name);
            json.Rounded("value", metric.Value);
            json.Rounded("low", metric.Low);
            json.Rounded("high", metric.High);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The state of a model and a sentence about it.</summary>
    public static (string State, string Note) State(ModelReader reader, ServedModel model)
    {
        if (model.IsUnloaded)
        {
            return ("unloaded", "It was taken out of service.");
        }

        if (model.Runner.GetService(typeof(IModelStatus)) is not IModelStatus status)
        {
            return model.IsLoaded ? Conditions(reader, model, "ready") : ("loading", "");
        }

        return status.State == ModelState.Ready ? Conditions(reader, model, "ready") : (status.State.ToString().ToLowerInvariant(), status.Description);
    }

    private static (string State, string Note) Conditions(ModelReader reader, ServedModel model, string state) =>
        reader.Service<ModelConditions>(model)?.Current is { Count: > 0 } conditions ? ("degraded", string.Join(" ", conditions.Take(MaxConditions))) : (state, "");

    private void WriteVersions(Utf8JsonWriter json)
    {
        if (_versions.Count == 0)
        {
            return;
        }

        json.WriteNumber("versionCount", _versions.Count);
        json.WriteStartArray("versions");
        foreach (ModelVersionStatus version in _versions.Take(MaxVersions))
        {
            json.WriteStartObject();
            json.WriteString("version", version.Version);
            json.Name("state", version.State);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteTraffic(Utf8JsonWriter json, ModelHistory history)
    {
        json.WriteNumber("calls", _traffic.Calls);
        json.WriteNumber("failed", _traffic.Failed);
        json.Rounded("rate", _traffic.CallsPerSecond);
        json.Rounded("failedRate", _traffic.FailedPerSecond);
        json.Rounded("p50", _traffic.P50);
        json.Rounded("p95", _traffic.P95);
        json.Rounded("p99", _traffic.P99);
        json.Rounded("mean", _traffic.Mean);
        history.Read(day: false, ring => json.Series("spark", ring, HistorySeries.Calls, SparkPoints));
    }

    private void WriteMonitoring(Utf8JsonWriter json)
    {
        json.Time("silentUntil", _silent);
        if (_monitoring is not { } monitoring)
        {
            return;
        }

        json.WriteStartObject("monitoring");
        json.Name("state", monitoring.State);
        json.Text("note", monitoring.Description);
        json.WriteNumber("columns", monitoring.Columns.Count);
        json.WriteNumber("changed", monitoring.Columns.Count(static c => c.State >= MonitoringState.Warning));
        json.Time("at", monitoring.EvaluatedAt);
        json.WriteEndObject();
    }
}
