using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.Monitoring;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Writes what the page of a model's data shows.</summary>
internal sealed class DataWriter(ModelReader reader)
{
    // A page shows the columns with the most evidence.
    private const int MaxColumns = 1000;
    private const int MaxSegments = 200;
    private const int MaxTensors = 100;
    private const int MaxCells = 512;

    public void Write(Utf8JsonWriter json, ServedModel model, string? version)
    {
        json.WriteStartArray("versions");
        foreach (string one in reader.Serving(model))
        {
            if (reader.Service<IModelMonitor>(model, one) is not null)
            {
                json.WriteStringValue(one);
            }
        }

        json.WriteEndArray();
        if (reader.Service<IModelMonitor>(model, version)?.Snapshot is not { } snapshot)
        {
            return;
        }

        json.WriteString("version", snapshot.ModelVersion);
        json.Name("state", snapshot.State);
        json.Text("note", snapshot.Description);
        json.Text("profile", snapshot.ProfileDigest);
        json.Time("at", snapshot.EvaluatedAt);
        json.WriteNumber("rows", snapshot.Rows);
        json.WriteNumber("rowsSeen", snapshot.RowsSeen);
        json.Rounded("share", snapshot.SampledShare);
        json.WriteNumber("errors", snapshot.CollectionErrors);
        json.Rounded("evidence", snapshot.LogEvidence);
        json.Time("silentUntil", reader.Service<IAlertSilence>(model, version)?.SilentUntil);
        json.WriteBoolean("distributions", reader.Service<IColumnDistributions>(model, version) is not null);
        json.WriteNumber("columnCount", snapshot.Columns.Count);
        json.WriteStartArray("columns");
        foreach (ColumnSnapshot column in Worst(snapshot.Columns))
        {
            json.WriteStartObject();
            json.WriteString("name", Json.Cut(column.Name));
            json.Name("state", column.State);
            json.Rounded("evidence", column.LogEvidence);
            json.Rounded("js", column.JensenShannon);
            json.Rounded("psi", column.Psi);
            json.Rounded("ks", column.KolmogorovSmirnov);
            json.Text("rule", column.Rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("segments");
        foreach (SegmentSnapshot segment in snapshot.Segments.Take(MaxSegments))
        {
            json.WriteStartObject();
            json.WriteString("column", Json.Cut(segment.Column));
            json.WriteString("segment", Json.Cut(segment.Segment));
            json.Name("state", segment.State);
            json.WriteNumber("rows", segment.Rows);
            json.Rounded("evidence", segment.LogEvidence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rules");
        foreach (RuleSnapshot rule in snapshot.Rules)
        {
            json.WriteStartObject();
            json.WriteString("rule", Json.Cut(rule.Rule));
            json.Name("state", rule.State);
            json.Text("detail", rule.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("unwatched");
        foreach (string tensor in snapshot.UnwatchedTensors.Take(MaxTensors))
        {
            json.WriteStringValue(Json.Cut(tensor));
        }

        json.WriteEndArray();
    }

    public void WriteColumn(Utf8JsonWriter json, ServedModel model, string? version, string column)
    {
        json.WriteString("name", column);
        if (reader.Service<IColumnDistributions>(model, version)?.Find(column) is not { } distribution)
        {
            return;
        }

        json.WriteNumber("referenceRows", distribution.ReferenceRows);
        json.WriteNumber("rows", distribution.Rows);
        json.Time("from", distribution.From);
        json.Time("to", distribution.To);
        json.WriteStartArray("cells");
        foreach (DistributionCell cell in distribution.Cells.Take(MaxCells))
        {
            json.WriteStartObject();
            json.WriteString("label", Json.Cut(cell.Label));
            json.Rounded("reference", cell.ReferenceShare);
            json.Rounded("share", cell.Share);
            json.Rounded("low", cell.Low);
            json.Rounded("high", cell.High);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<ColumnSnapshot> Worst(IReadOnlyList<ColumnSnapshot> columns) =>
        columns.OrderByDescending(static c => c.State).ThenByDescending(static c => double.IsNaN(c.LogEvidence) ? double.NegativeInfinity : c.LogEvidence).ThenBy(static c => c.Name, StringComparer.Ordinal).Take(MaxColumns);
}
