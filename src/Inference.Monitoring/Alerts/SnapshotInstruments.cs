using System.Diagnostics.Metrics;
using Inference.Diagnostics;

namespace Inference.Monitoring.Alerts;

/// <summary>
/// Evidence and columns of one model as gauges, set at each evaluation. A column has gauges of its own from its first warning or alarm on, so that their number stays small; the first 64 do. Not thread-safe.
/// </summary>
internal sealed class SnapshotInstruments
{
    /// <summary>The columns of one model that have gauges.</summary>
    public const int MaxColumns = 64;

    private static readonly Meter s_meter = new(InferenceDiagnostics.MeterName);
    private static readonly MonitoringState[] s_states = Enum.GetValues<MonitoringState>();

    private readonly Gauge<double> _evidence;
    private readonly Gauge<int> _columns;
    private readonly Gauge<double> _columnEvidence;
    private readonly Gauge<double> _columnDistance;
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>Creates the instruments on the factory's meter, or, without a factory, on a meter that all share.</summary>
    public SnapshotInstruments(IMeterFactory? factory)
    {
        Meter meter = factory?.Create(new MeterOptions(InferenceDiagnostics.MeterName)) ?? s_meter;
        _evidence = meter.CreateGauge<double>("inference.monitoring.evidence", "1", "ln of the evidence of the data-set alarm.");
        _columns = meter.CreateGauge<int>("inference.monitoring.columns", "{column}", "Columns, by state.");
        _columnEvidence = meter.CreateGauge<double>("inference.monitoring.column.evidence", "1", "ln of the evidence of a column that is or was in warning or alarm.");
        _columnDistance = meter.CreateGauge<double>("inference.monitoring.column.distance", "1", "Jensen–Shannon distance from the reference of a column that is or was in warning or alarm.");
    }

    /// <summary>Reports a snapshot.</summary>
    public void Report(MonitoringSnapshot snapshot)
    {
        KeyValuePair<string, object?> model = new(InferenceDiagnostics.ModelTag, snapshot.ModelName), version = new(InferenceDiagnostics.VersionTag, snapshot.ModelVersion);
        Record(_evidence, snapshot.LogEvidence, model, version);
        foreach (MonitoringState state in s_states)
        {
            _columns.Record(snapshot.Columns.Count(c => c.State == state), model, version, new("inference.state", AlertText.State(state)));
        }

        foreach (ColumnSnapshot column in snapshot.Columns)
        {
            if (!_reported.Contains(column.Name))
            {
                if (column.State < MonitoringState.Warning || _reported.Count >= MaxColumns)
                {
                    continue;
                }

                _reported.Add(column.Name);
            }

            KeyValuePair<string, object?> name = new("inference.column", column.Name);
            Record(_columnEvidence, column.LogEvidence, model, version, name);
            Record(_columnDistance, column.JensenShannon, model, version, name);
        }
    }

    // A gauge of NaN or infinity breaks sums and pictures: no evidence is not recorded.
    private static void Record(Gauge<double> gauge, double value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (double.IsFinite(value))
        {
            gauge.Record(value, tags);
        }
    }
}
