namespace Inference.Monitoring.Tests.Alerts;

/// <summary>Snapshots as an evaluation makes them.</summary>
internal static class Snapshots
{
    public static MonitoringSnapshot Of(MonitoringState state, string model = "m", params string[] columns) => new()
    {
        ModelName = model,
        ModelVersion = "3",
        State = state,
        Rows = 1_000,
        LogEvidence = 12.5,
        ProfileDigest = "abc",
        Columns =
        [
            .. columns.Select((name, i) => new ColumnSnapshot { Name = name, State = state, LogEvidence = 10 - i, JensenShannon = 0.2, Rule = "shift" }),
            new ColumnSnapshot { Name = "calm", State = MonitoringState.Healthy },
        ],
    };

    public static MonitoringAlert Alert(MonitoringState state, string model = "m", MonitoringState previous = MonitoringState.Healthy, params string[] columns) =>
        new() { Snapshot = Of(state, model, columns), Previous = previous, At = DateTimeOffset.UnixEpoch, Title = $"{model} {state}" };
}
