using System.Buffers;
using System.Text.Json;

namespace Inference.Monitoring.Alerts;

/// <summary>The JSON body of a webhook's request. Numbers that JSON cannot write are null.</summary>
internal static class WebhookBody
{
    /// <summary>The columns that are listed of each alert.</summary>
    public const int MaxColumns = 50;

    private const int Version = 1;

    public static byte[] Write(IReadOnlyList<MonitoringAlert> alerts, long dropped)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteString("text", string.Join('\n', alerts.Select(static a => a.Title)));
            writer.WriteNumber("dropped", dropped);
            writer.WriteStartArray("alerts");
            foreach (MonitoringAlert alert in alerts)
            {
                Write(writer, alert);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, MonitoringAlert alert)
    {
        MonitoringSnapshot snapshot = alert.Snapshot;
        writer.WriteStartObject();
        writer.WriteString("key", AlertText.Key(snapshot));
        writer.WriteString("title", alert.Title);
        writer.WriteString("model", snapshot.ModelName);
        writer.WriteString("model_version", snapshot.ModelVersion);
        writer.WriteString("state", AlertText.State(snapshot.State));
        writer.WriteString("previous", AlertText.State(alert.Previous));
        writer.WriteString("at", alert.At);
        writer.WriteString("description", snapshot.Description);
        writer.WriteString("profile", snapshot.ProfileDigest);
        writer.WriteNumber("rows", snapshot.Rows);
        Number(writer, "evidence", snapshot.LogEvidence);
        ColumnSnapshot[] changed = [.. AlertText.Changed(snapshot)];
        writer.WriteNumber("changed_columns", changed.Length);
        writer.WriteStartArray("columns");
        foreach (ColumnSnapshot column in changed.Take(MaxColumns))
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("state", AlertText.State(column.State));
            writer.WriteString("rule", column.Rule);
            Number(writer, "evidence", column.LogEvidence);
            Number(writer, "js", column.JensenShannon);
            Number(writer, "psi", column.Psi);
            Number(writer, "ks", column.KolmogorovSmirnov);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rules");
        foreach (RuleSnapshot rule in snapshot.Rules)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", rule.Rule);
            writer.WriteString("state", AlertText.State(rule.State));
            writer.WriteString("detail", rule.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
