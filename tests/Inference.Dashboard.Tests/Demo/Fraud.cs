using Inference.Decisions;
using Inference.Monitoring;
using Inference.Status;
using static Inference.Dashboard.Tests.Demo.DemoWorld;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>A model whose data changed.</summary>
internal static class Fraud
{
    public static DemoMonitor Monitor() => new(new MonitoringSnapshot
    {
        ModelName = "fraud",
        ModelVersion = "31",
        State = MonitoringState.Alarm,
        Description = "'amount' is 100 times as large (unit), 'country' has values that the reference has not (unseen), 'age' is missing more often.",
        ProfileDigest = "b1946ac92492d2347c6235b4d2611184",
        EvaluatedAt = DateTimeOffset.UtcNow.AddSeconds(-12),
        Rows = 2_018_440,
        RowsSeen = 2_018_440,
        LogEvidence = 14.2,
        UnwatchedTensors = ["device_fingerprint"],
        Rules = [new RuleSnapshot("volume", MonitoringState.Warning, "3.1 times as many rows as usual at this hour")],
        Performance = [new PerformanceSnapshot("auc", 0.942, 0.887, 0.871, 0.903, 0.879, 0.94, 48_211), new PerformanceSnapshot("f1", 0.61, 0.52, 0.49, 0.56, 0.43, 0.94, 48_211)],
        Columns =
        [
            Column("amount", MonitoringState.Alarm, 31.4, 0.412, 2.31, 0.618, "unit"), Column("country", MonitoringState.Alarm, 17.9, 0.094, 0.41, double.NaN, "unseen"),
            Column("age", MonitoringState.Alarm, 12.8, 0.041, 0.18, 0.071, "missing"), Column("hour", MonitoringState.Warning, 9.9, 0.018, 0.07, 0.052, null),
            Column("merchant", MonitoringState.Healthy, 2.1, 0.006, 0.011, double.NaN, null), Column("items", MonitoringState.Healthy, 1.2, 0.004, 0.009, 0.012, null),
            Column("previous_orders", MonitoringState.Healthy, 0.9, 0.003, 0.006, 0.01, null), Column("card_type", MonitoringState.Healthy, 0.7, 0.002, 0.004, double.NaN, null),
            Column("distance", MonitoringState.Healthy, 0.4, 0.002, 0.004, 0.007, null), Column("score", MonitoringState.Warning, 10.1, 0.022, 0.08, 0.06, null),
        ],
        Segments =
        [
            new SegmentSnapshot { Column = "channel", Segment = "app", State = MonitoringState.Alarm, Rows = 1_420_000, LogEvidence = 15.1 },
            new SegmentSnapshot { Column = "channel", Segment = "web", State = MonitoringState.Healthy, Rows = 598_440, LogEvidence = 1.4 },
        ],
    });

    public static DemoRunner Runner(DemoMonitor monitor)
    {
        var versions = new DemoVersions("fraud", Version("31", ModelVersionState.Default, 2_018_440, labels: ["stable"]), Version("30", ModelVersionState.Standby, 9_800_211));
        versions.Decide(DecisionActions.Promote, "31", "30", "mia", "catches the November pattern", DateTimeOffset.UtcNow.AddDays(-4));
        return new DemoRunner(Info("fraud", "31", Port("amount", ElementType.Float32, -1, 1), Port("country", ElementType.String, -1), Port("is_new", ElementType.Bool, -1)) with { Outputs = [Port("score", ElementType.Float32, -1, 1)] })
            .With<IModelVersions>(versions)
            .With<IModelTraffic>(new DemoTraffic(Traffic("31", 208, 0.05, 0.00041, 0.00093, 0.0016, 2_018_440, 311)))
            .With<IModelMonitor>(monitor).With<IColumnDistributions>(monitor).With<IAlertSilence>(monitor);
    }

    private static ColumnSnapshot Column(string name, MonitoringState state, double evidence, double js, double psi, double ks, string? rule) =>
        new() { Name = name, State = state, LogEvidence = evidence, JensenShannon = js, Psi = psi, KolmogorovSmirnov = ks, Rule = rule };
}
