using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Feedback;

public class FeedbackEvaluationTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly FeedbackColumns s_columns = new(["country", "p"], "p", ["country"]);

    [Fact]
    public async Task Evaluate_CalibratedScores_MetricsAgreeWithTheirEstimates()
    {
        FeedbackEvaluation evaluation = await Evaluate(await Store(20_000, labelled: 0.5), o =>
        {
            foreach (string metric in (string[])["accuracy", "brier", "auc", "calibration_error", "precision", "recall", "logloss"])
            {
                o.Performance.Metrics.Add(metric);
            }
        });
        Dictionary<string, RealizedMetric> all = evaluation.Performance.Where(m => m.Segment is null).ToDictionary(m => m.Name);
        Assert.Equal(7, all.Count);
        Assert.InRange(all["accuracy"].Value, 0.73, 0.77);
        Assert.InRange(all["auc"].Value, 0.81, 0.85);
        Assert.InRange(all["calibration_error"].Value, 0, 0.03);
        foreach (string mean in (string[])["accuracy", "brier"])
        {
            RealizedMetric metric = all[mean];
            double truth = mean == "accuracy" ? 0.75 : 1.0 / 6;
            Assert.InRange(truth, metric.Low, metric.High);
            Assert.InRange(truth, metric.EstimateLow, metric.EstimateHigh);

            // All rows tell more than the labelled half.
            Assert.True(metric.EstimateHigh - metric.EstimateLow < metric.High - metric.Low);
            Assert.True(metric.EstimatedRows > 1.9 * metric.Rows);
        }

        Assert.InRange(all["precision"].Value, all["precision"].Low, all["precision"].High);
        Assert.True(double.IsNaN(all["auc"].Low));
        Assert.Equal(["at", "de"], evaluation.Performance.Where(m => m.Name == "accuracy" && m.Segment is not null).Select(m => m.Segment));
        Assert.Empty(evaluation.Unfair);
    }

    [Fact]
    public async Task Evaluate_MiscalibratedScores_EstimateIsCorrectedByLabels()
    {
        // The scores say that every prediction is right with 0.75 on average; in truth labels are coins.
        FeedbackEvaluation evaluation = await Evaluate(await Store(20_000, labelled: 0.3, truth: static _ => 0.5), o => o.Performance.Metrics.Add("accuracy"));
        RealizedMetric accuracy = evaluation.Performance.Single(m => m.Segment is null);
        Assert.InRange(0.5, accuracy.EstimateLow, accuracy.EstimateHigh);
        Assert.InRange(accuracy.EstimateHigh - accuracy.EstimateLow, 0.005, 0.05);
    }

    [Fact]
    public async Task Evaluate_YoungPredictions_AreNotJudged()
    {
        // Of the youngest, only wrong ones are labelled: at once, as complaints are.
        MemoryFeedbackStore store = await Store(5_000, labelled: 1);
        KeptPrediction[] young = [.. Enumerable.Range(0, 2_000).Select(i => Prediction(s_now.AddMinutes(-i % 30), 0.9, "de"))];
        await store.WriteAsync(young, [.. young.Select((p, i) => new TimedReport(p.Id, 0, "label", 0, p.At, 1_000_000 + i))]);
        FeedbackEvaluation evaluation = await Evaluate(store, o => o.Performance.Metrics.Add("accuracy"));
        Assert.InRange(evaluation.DelayP95!.Value, TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(70));
        Assert.Equal(5_000, evaluation.Performance.Single(m => m.Segment is null).Rows, tolerance: 150.0);
        Assert.InRange(evaluation.Performance.Single(m => m.Segment is null).Value, 0.73, 0.77);
        Assert.Equal(7_000, evaluation.Predictions);
        Assert.Equal(7_000, evaluation.Coverage.Sum(c => c.Labelled));
    }

    [Fact]
    public async Task Evaluate_GroupsDiffer_IsAnAlarmAndGroupsThatDoNotAreNone()
    {
        MemoryFeedbackStore store = await Store(20_000, labelled: 1, score: static (random, country) => country == "at" ? 0.3 + (0.7 * random.NextDouble()) : random.NextDouble());
        FeedbackEvaluation evaluation = await Evaluate(store, o => o.Performance.FairnessGap = 0.1);
        UnfairColumn unfair = Assert.Single(evaluation.Unfair);
        Assert.Equal(("country", "at", "de"), (unfair.Column, unfair.High, unfair.Low));
        Assert.InRange(unfair.Gap, 0.1, 0.4);
        Assert.Empty((await Evaluate(store, o => o.Performance.FairnessGap = 0.5)).Unfair);
    }

    [Fact]
    public async Task Evaluate_ImpossibleLabels_AreLeftOut()
    {
        MemoryFeedbackStore store = await Store(1_000, labelled: 1);
        KeptPrediction[] odd = [.. Enumerable.Range(0, 100).Select(_ => Prediction(s_now.AddDays(-2), 0.9, "de")), .. Enumerable.Range(0, 100).Select(_ => Prediction(s_now.AddDays(-2), double.NaN, "de"))];
        FeedbackValue[] labels = [7, "maybe", "yes", "FALSE"];
        await store.WriteAsync(odd, [.. odd.Select((p, i) => new TimedReport(p.Id, 0, "label", labels[i % 4], p.At, 1_000_000 + i))]);
        RealizedMetric accuracy = (await Evaluate(store, o => o.Performance.Metrics.Add("accuracy"))).Performance.Single(m => m.Segment is null);
        Assert.Equal(1_050, accuracy.Rows, tolerance: 40.0);
    }

    [Fact]
    public async Task Evaluate_MostPredictions_ReadsTheLatest()
    {
        MemoryFeedbackStore store = await Store(10_000, labelled: 1);
        FeedbackEvaluation evaluation = await Evaluate(store, o =>
        {
            o.Performance.Metrics.Add("accuracy");
            o.Performance.MaxPredictions = 4_000;
        });
        Assert.InRange(evaluation.Performance.Single(m => m.Segment is null).Rows, 2_000, 4_700);
        Assert.Equal(10_000, evaluation.Predictions);
    }

    [Fact]
    public async Task Evaluate_Again_BeginsWhereItBeganUntilThereAreTooMany()
    {
        MemoryFeedbackStore store = await Store(10_000, labelled: 1);
        FeedbackOptions options = Options(static o => o.Performance.MaxPredictions = 4_000);
        var evaluator = new FeedbackEvaluator(store, options);
        RealizedMetric first = await Overall(evaluator, s_now);
        Assert.InRange(first.Rows, 2_700, 3_000);

        await Add(store, 500, labelled: 1, s_now, TimeSpan.FromHours(20), seed: 6);
        RealizedMetric second = await Overall(evaluator, s_now.AddDays(1));
        Assert.Equal(first.Rows + 500, second.Rows);

        // More than are to be read: another start, and an interval that holds together with those before.
        await Add(store, 1_000, labelled: 1, s_now.AddDays(1), TimeSpan.FromHours(20), seed: 7);
        RealizedMetric third = await Overall(evaluator, s_now.AddDays(2)), alone = await Overall(new FeedbackEvaluator(store, options), s_now.AddDays(2));
        Assert.InRange(third.Rows, 2_700, 3_000);
        Assert.Equal((alone.Rows, alone.Value), (third.Rows, third.Value));
        Assert.True(third.Low < alone.Low && third.High > alone.High, $"{third.Low} {alone.Low} {alone.High} {third.High}");
        Assert.Equal(third, await Overall(evaluator, s_now.AddDays(2)));
    }

    [Fact]
    public async Task Evaluate_PredictionsBecomeOld_BeginsAnewBeforeTheyAreRemoved()
    {
        MemoryFeedbackStore store = await Store(2_000, labelled: 1);
        var evaluator = new FeedbackEvaluator(store, Options(static o => o.Retention = TimeSpan.FromDays(30)));
        Assert.Equal(2_000, (await Overall(evaluator, s_now)).Rows);
        Assert.Equal(2_000, (await Overall(evaluator, s_now.AddDays(7))).Rows);

        // 22.5 days from then on.
        Assert.InRange((await Overall(evaluator, s_now.AddDays(8))).Rows, 1_350, 1_550);
    }

    [Fact]
    public async Task Evaluate_ManyAtOneMoment_ReadsNoMoreThanItMay()
    {
        var store = new MemoryFeedbackStore();
        await Add(store, 3_000, labelled: 1, s_now.AddDays(-20), TimeSpan.FromDays(19), seed: 6);
        await Add(store, 30_000, labelled: 1, s_now.AddDays(-5), TimeSpan.FromMinutes(10), seed: 7);
        var evaluator = new FeedbackEvaluator(store, Options(static o => o.Performance.MaxPredictions = 4_000));
        RealizedMetric first = await Overall(evaluator, s_now);
        Assert.InRange(first.Rows, 1_000, 3_000);
        Assert.Equal(first, await Overall(evaluator, s_now.AddMinutes(5)));
    }

    [Fact]
    public void Fairness_OfTwoGroups_IsAsCertainWhicheverGroupsFollow()
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        (double Gap, string Rate, string High, string Low)? two = Check([("a", 0.8), ("b", 0.2)]), many = Check([.. Enumerable.Range(0, 20).Select(i => ($"later{i}", 0.5)), ("a", 0.8), ("b", 0.2)]);
        Assert.InRange(two!.Value.Gap, 0.3, 0.6);
        Assert.Equal(two, many);
        Assert.Equal(22, ranks.Count);

        (double, string, string, string)? Check((string Name, double Rate)[] groups)
        {
            var check = new FairnessCheck(100, share: 1, ranks);
            foreach ((string name, double rate) in groups)
            {
                for (int i = 0; i < 1_000; i++)
                {
                    check.Add(name, selected: i % 10 < rate * 10, actual: i % 2 == 0);
                }
            }

            return check.Certain();
        }
    }

    [Fact]
    public async Task Stage_Evaluates_SnapshotAndFairnessAlertFollow()
    {
        var clock = new FakeTimeProvider(s_now);
        var sink = new Sink();
        var conditions = new ModelConditions();
        await using ServiceProvider services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddSingleton<IAlertSink>(sink).AddKeyedSingleton("fake", conditions).BuildServiceProvider();
        await using var f = new FedBack(
            o =>
            {
                o.Score = "y[1]";
                o.Segments.Add("x[0]");
                o.Performance.Metrics.Add("accuracy");
                o.Performance.FairnessGap = 0.2;
            },
            services: services);
        List<FeedbackReport> reports = [];
        for (int i = 0; i < 1_000; i++)
        {
            // y[1] = 2·x[0] + 1: above the threshold for group 0, below for group −1.
            reports.Add(new(f.Run(i % 2 == 0 ? 0 : -1), i % 3 == 0 ? 1 : 0));
        }

        await f.Feedback.ReportAsync(reports);
        clock.Advance(TimeSpan.FromHours(1));
        await ((ModelFeedback)f.Feedback).EvaluateAsync();
        FeedbackSnapshot snapshot = f.Snapshot;
        Assert.Equal((1_000, 1_000), (snapshot.Predictions, snapshot.Coverage.Sum(c => c.Labelled)));
        Assert.Equal(3, snapshot.Performance.Count);
        Assert.Equal(["-1", "0"], snapshot.Performance.Select(m => m.Segment).OfType<string>());
        await Eventually.TrueAsync(() => sink.Alerts.Count == 1);
        Assert.Contains("selection rate", sink.Alerts[0].Snapshot.Description, StringComparison.Ordinal);
        Assert.Equal("fairness", sink.Alerts[0].Snapshot.Columns[0].Rule);
        Assert.True(conditions.Any);
    }

    private static FeedbackOptions Options(Action<FeedbackOptions> configure)
    {
        var options = new FeedbackOptions { Score = "p" };
        options.Performance.Metrics.Add("accuracy");
        configure(options);
        return options;
    }

    private static async Task<RealizedMetric> Overall(FeedbackEvaluator evaluator, DateTimeOffset now) => Assert.Single((await evaluator.EvaluateAsync(now, CancellationToken.None)).Performance);

    private static async Task<FeedbackEvaluation> Evaluate(IFeedbackStore store, Action<FeedbackOptions> configure)
    {
        var options = new FeedbackOptions { Score = "p" };
        options.Segments.Add("country");
        configure(options);
        return await new FeedbackEvaluator(store, options).EvaluateAsync(s_now, CancellationToken.None);
    }

    // Predictions of a time, labels after up to an hour; a label is 1 with the probability of its score.
    private static async Task Add(MemoryFeedbackStore store, int count, double labelled, DateTimeOffset from, TimeSpan time, int seed)
    {
        var random = new Random(seed);
        KeptPrediction[] predictions = [.. Enumerable.Range(0, count).Select(_ => Prediction(from + (time * random.NextDouble()), random.NextDouble(), "de"))];
        await store.WriteAsync(
            predictions,
            [.. predictions.Where(_ => random.NextDouble() < labelled).Select((p, i) => new TimedReport(p.Id, 0, "label", random.NextDouble() < p.Score(0), p.At + TimeSpan.FromHours(random.NextDouble()), (seed * 1_000_000L) + i))]);
    }

    // Predictions of the last 20 days.
    private static async Task<MemoryFeedbackStore> Store(int count, double labelled, Func<double, double>? truth = null, Func<Random, string, double>? score = null)
    {
        var store = new MemoryFeedbackStore();
        var random = new Random(5);
        var predictions = new List<KeptPrediction>();
        var reports = new List<TimedReport>();
        for (int i = 0; i < count; i++)
        {
            string country = random.Next(2) == 0 ? "at" : "de";
            KeptPrediction prediction = Prediction(s_now - TimeSpan.FromHours(1.5) - TimeSpan.FromDays(20 * random.NextDouble()), score?.Invoke(random, country) ?? random.NextDouble(), country);
            predictions.Add(prediction);
            double p = truth?.Invoke(prediction.Score(0)) ?? prediction.Score(0);
            if (random.NextDouble() < labelled)
            {
                reports.Add(new TimedReport(prediction.Id, 0, "label", random.NextDouble() < p, prediction.At + TimeSpan.FromHours(random.NextDouble()), i));
            }
        }

        await store.WriteAsync(predictions, reports);
        return store;
    }

    private static KeptPrediction Prediction(DateTimeOffset at, double score, string country) =>
        new() { Id = Guid.CreateVersion7(at), At = Microseconds.Floor(at), ModelVersion = "1", Columns = s_columns, Values = new FeedbackValue[] { country, score } };

    private sealed class Sink : IAlertSink
    {
        public List<MonitoringAlert> Alerts { get; } = [];

        public ValueTask SendAsync(MonitoringAlert alert, CancellationToken cancellationToken = default)
        {
            lock (Alerts)
            {
                Alerts.Add(alert);
            }

            return default;
        }
    }
}
