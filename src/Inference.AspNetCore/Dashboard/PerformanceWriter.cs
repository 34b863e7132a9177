using System.Text.Json;
using Inference.AspNetCore.Models;
using Inference.Feedback;
using Inference.Monitoring;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Writes what the page of a model's performance shows.</summary>
internal sealed class PerformanceWriter(ModelReader reader)
{
    // More rows than anybody reads; a thousand of them are about 200 KB.
    private const int MaxMetrics = 1000;

    public void Write(Utf8JsonWriter json, ServedModel model)
    {
        WriteWatched(json, model);
        if (reader.Service<IFeedbackStatus>(model)?.Snapshot is not { } snapshot)
        {
            return;
        }

        json.WriteNumber("predictions", snapshot.Predictions);
        json.WriteStartObject("reports");
        foreach (KeyValuePair<FeedbackAnswer, long> answer in snapshot.Reports.OrderBy(static r => r.Key))
        {
            json.WriteNumber(answer.Key.ToString(), answer.Value);
        }

        json.WriteEndObject();
        json.Seconds("delayP50", snapshot.DelayP50);
        json.Seconds("delayP95", snapshot.DelayP95);
        json.WriteNumber("pending", snapshot.PendingPredictions + snapshot.QueuedReports);
        json.WriteNumber("dropped", snapshot.DroppedPredictions + snapshot.DroppedReports);
        json.Name("store", snapshot.Store);
        json.Text("storeError", snapshot.StoreError);
        json.Rounded("share", snapshot.Share);
        json.WriteStartArray("coverage");
        foreach (LabelCoverage age in snapshot.Coverage)
        {
            json.WriteStartObject();
            json.Seconds("from", age.From);
            json.Seconds("to", age.To);
            json.WriteNumber("predictions", age.Predictions);
            json.WriteNumber("labelled", age.Labelled);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("metrics");
        foreach (RealizedMetric metric in snapshot.Performance.Take(MaxMetrics))
        {
            json.WriteStartObject();
            json.WriteString("name", Json.Cut(metric.Name));
            json.WriteString("version", metric.ModelVersion);
            json.Text("column", metric.SegmentColumn);
            if (metric.Segment is { } segment)
            {
                json.WriteString("segment", Json.Cut(segment));
            }

            json.WriteNumber("rows", metric.Rows);
            json.Rounded("value", metric.Value);
            json.Rounded("low", metric.Low);
            json.Rounded("high", metric.High);
            json.WriteNumber("estimatedRows", metric.EstimatedRows);
            json.Rounded("estimate", metric.Estimate);
            json.Rounded("estimateLow", metric.EstimateLow);
            json.Rounded("estimateHigh", metric.EstimateHigh);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // What monitoring knows: estimates without labels, and the last rows with labels.
    private void WriteWatched(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartArray("watched");
        foreach (string version in reader.Serving(model))
        {
            foreach (PerformanceSnapshot metric in (reader.Service<IModelMonitor>(model, version)?.Snapshot.Performance ?? []).Take(MaxMetrics))
            {
                json.WriteStartObject();
                json.WriteString("name", Json.Cut(metric.Metric));
                json.WriteString("version", version);
                json.Rounded("reference", metric.Reference);
                json.Rounded("estimate", metric.Estimated);
                json.Rounded("low", metric.Low);
                json.Rounded("high", metric.High);
                json.Rounded("realized", metric.Realized);
                json.Rounded("reliability", metric.Reliability);
                json.WriteNumber("rows", metric.Rows);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
