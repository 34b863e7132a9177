using Inference.Decisions;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;
using static Inference.Dashboard.Tests.Demo.DemoWorld;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>A model with a canary on trial.</summary>
internal static class Ranker
{
    public static DemoVersions Versions()
    {
        var versions = new DemoVersions(
            "ranker",
            Version("8", ModelVersionState.Canary, 31_402, labels: ["next"], lineage: new() { ["parent"] = "7", ["data"] = "clicks 2026-11-20", ["commit"] = "9c41d7e" }),
            Version("7", ModelVersionState.Default, 4_911_037, labels: ["stable"], lineage: new() { ["parent"] = "6", ["data"] = "clicks 2026-11-01", ["commit"] = "51be220" }),
            Version("6", ModelVersionState.Standby, 12_390_551, labels: ["previous"], lineage: new() { ["data"] = "clicks 2026-10-02", ["commit"] = "e0a7714" }),
            Version("5", ModelVersionState.Rejected, 88_120, "rolled back by the sequential test: p95 is 1.6 times that of version 4"),
            Version("4", ModelVersionState.Available, 0))
        {
            Canary = new CanaryStatus
            {
                Version = "8",
                Percent = 10,
                Calls = 31_402,
                Errors = 14,
                ControlCalls = 281_977,
                ControlErrors = 131,
                ErrorEvidence = 0.61,
                LatencyEvidence = 6.2,
                MetricEvidence = 1,
                OutcomeEvidence = 0.43,
                CostEvidence = 1.9,
                Evidence = 2.1,
                Limit = 1000,
                Outcomes = new OutcomeTrialStatus
                {
                    Trial = "8",
                    Outcome = "clicked",
                    Treatment = 24_110,
                    TreatmentMean = 0.0731,
                    Control = 216_702,
                    ControlMean = 0.0711,
                    Waiting = 3120,
                    Stages = 1,
                    LogEvidence = -0.84,
                    Low = -0.0023,
                    High = 0.0064,
                },
            },
        };
        DateTimeOffset now = DateTimeOffset.UtcNow;
        versions.Decide(DecisionActions.Promote, "4", "3", "ana", "as good as 3, half of the size", now.AddDays(-63));
        versions.Decide(DecisionActions.Canary, "5", null, DecisionActors.Policy, "a new version was published", now.AddDays(-41), ("percent", "10"));
        versions.Decide(DecisionActions.Rollback, "5", null, DecisionActors.SequentialTest, "latency: evidence 1,204 against a limit of 1,000", now.AddDays(-41).AddMinutes(38), ("evidence", "1204"));
        versions.Decide(DecisionActions.Promote, "6", "4", "ben", "click rate +0.4 %, interval above 0", now.AddDays(-33));
        versions.Decide(DecisionActions.Label, "6", null, "ben", "for the mobile app's release", now.AddDays(-33).AddHours(2), ("label", "previous"));
        versions.Decide(DecisionActions.Promote, "7", "6", "ana", "int8: same quality, 2.3 times as fast", now.AddDays(-9));
        versions.Decide(DecisionActions.Label, "7", null, "ana", "what everybody should pin", now.AddDays(-9).AddHours(1), ("label", "stable"));
        versions.Decide(DecisionActions.Canary, "8", null, "ben", "trained on November's clicks", now.AddMinutes(-50), ("percent", "10"));
        return versions;
    }

    public static DemoRunner Runner(DemoVersions versions)
    {
        var stages = new DemoStages(0.41, 7);
        return new DemoRunner(Info("ranker", "7", Port("features", ElementType.Float32, -1, 16), Port("country", ElementType.String, -1)) with { Outputs = [Port("score", ElementType.Float32, -1, 8), Port("label", ElementType.String, -1)] })
        {
            Steps = ["version:7", "cache:miss", "batch:4"],
        }
            .With<IModelVersions>(versions)
            .With<IModelTraffic>(new DemoTraffic(Traffic("7", 402, 0.19, 0.00094, 0.0021, 0.0038, 4_911_037, 2208), Traffic("8", 44.8, 0.02, 0.00098, 0.0024, 0.0042, 31_402, 14)))
            .With<ICacheControl>(stages).With<IBatchingStatus>(stages)
            .With<IModelMonitor>(new DemoMonitor(new MonitoringSnapshot
            {
                ModelName = "ranker",
                ModelVersion = "7",
                State = MonitoringState.Healthy,
                EvaluatedAt = DateTimeOffset.UtcNow.AddSeconds(-31),
                Rows = 4_210_009,
                RowsSeen = 4_911_037,
                SampledShare = 0.86,
                LogEvidence = 0.7,
                Columns = [.. Enumerable.Range(0, 16).Select(i => new ColumnSnapshot { Name = $"features[{i}]", State = MonitoringState.Healthy, LogEvidence = 0.2 * (i % 9), JensenShannon = 0.003, Psi = 0.006, KolmogorovSmirnov = 0.01 })],
            }))
            .With<IFeedbackStatus>(new DemoFeedback(new FeedbackSnapshot
            {
                ModelName = "ranker",
                Predictions = 4_702_118,
                Reports = new Dictionary<FeedbackAnswer, long> { [FeedbackAnswer.Accepted] = 331_020, [FeedbackAnswer.Duplicate] = 1204, [FeedbackAnswer.Unknown] = 77 },
                DelayP50 = TimeSpan.FromMinutes(4),
                DelayP95 = TimeSpan.FromHours(6),
                Coverage = [new(TimeSpan.Zero, TimeSpan.FromMinutes(10), 41_000, 9100), new(TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), 201_000, 141_000), new(TimeSpan.FromHours(1), TimeSpan.FromHours(6), 1_210_000, 1_080_000), new(TimeSpan.FromHours(6), TimeSpan.FromDays(1), 3_250_000, 3_140_000)],
                Store = FeedbackStoreState.Available,
                Performance =
                [
                    Metric("auc", "7", null, 216_702, 0.7812, 0.7776, 0.7848, 0.7821, 0.7804, 0.7838), Metric("auc", "7", "DE", 61_002, 0.7911, 0.784, 0.798, 0.7899, 0.786, 0.7938),
                    Metric("auc", "7", "FR", 48_220, 0.7703, 0.762, 0.7786, 0.7741, 0.7699, 0.7783), Metric("auc", "7", "BR", 12_101, 0.7402, 0.721, 0.7594, 0.7688, 0.7621, 0.7755),
                    Metric("click rate", "7", null, 216_702, 0.0711, 0.07, 0.0722, double.NaN, double.NaN, double.NaN), Metric("click rate", "8", null, 24_110, 0.0731, 0.0698, 0.0764, double.NaN, double.NaN, double.NaN),
                ],
            }));
    }

    private static RealizedMetric Metric(string name, string version, string? segment, long rows, double value, double low, double high, double estimate, double estimateLow, double estimateHigh) => new()
    {
        Name = name,
        ModelVersion = version,
        SegmentColumn = segment is null ? null : "country",
        Segment = segment,
        Rows = rows,
        Value = value,
        Low = low,
        High = high,
        EstimatedRows = double.IsNaN(estimate) ? 0 : rows * 12,
        Estimate = estimate,
        EstimateLow = estimateLow,
        EstimateHigh = estimateHigh,
    };
}
