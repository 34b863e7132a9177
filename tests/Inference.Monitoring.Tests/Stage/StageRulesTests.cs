using Inference.Monitoring.Stage;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Stage;

/// <summary>Rules of quality, freshness and performance in the stage.</summary>
public class StageRulesTests
{
    [Fact]
    public void Quality_TooManyMissingValues_BreaksTheRuleUntilItIsKeptForSomeChecks()
    {
        ReferenceProfile profile = Rows.Profile();
        var watch = new QualityWatch(profile, 1e6, 0.1, 500);
        watch.Add(Window(profile, 1_000, missing: 0));
        Assert.False(watch.IsBroken);
        watch.Add(Window(profile, 300, missing: 0.1));
        Assert.False(watch.IsBroken);
        watch.Add(Window(profile, 300, missing: 0.1));
        QualityFinding finding = Assert.Single(watch.Findings);
        Assert.Equal(("x[1]", "missing"), (finding.Column, finding.Rule));
        for (int i = 0; i < 5; i++)
        {
            Assert.True(watch.IsBroken);
            watch.Add(Window(profile, 1_000, missing: 0));
        }

        Assert.False(watch.IsBroken);
    }

    [Fact]
    public void Quality_RulesOfTheProfile_Decide()
    {
        ReferenceProfile profile = Rows.Profile().WithRules("""{ "columns": [ { "name": "x[1]", "rules": { "minCompleteness": 0.8 } } ] }""");
        Assert.Equal(0.8, profile.FindColumn("x[1]")!.Rules.MinCompleteness);
        var watch = new QualityWatch(profile, 1e6, 0.1, 500);
        watch.Add(Window(profile, 1_000, missing: 0.1));
        Assert.False(watch.IsBroken);
        watch.Add(Window(profile, 1_000, missing: 0.4));
        Assert.True(watch.IsBroken);
    }

    [Fact]
    public void Snapshot_BrokenRule_NamesColumnAndRuleInTheFirstBucket()
    {
        using var services = new StageServices();
        using var f = new Counted(Rows.Profile(), static o => o.BucketDuration = TimeSpan.FromMinutes(1), services: services);
        f.Run(Data(new Random(1), 1_000, 0.2));
        services.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MonitoringState.Alarm, f.Monitor.Snapshot.State);
        Assert.Equal("missing", f.Monitor.Snapshot.Columns.Single(static c => c.Name == "x[1]").Rule);
        Assert.Contains("'x[1]' (missing)", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_NoCallsForLongerThanTheLimit_IsAnAlarmThatIsTold()
    {
        using var services = new StageServices();
        using var f = new Counted(Rows.Profile(), static o => (o.BucketDuration, o.FreshnessLimit) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), services: services);
        f.Run(Rows.Normal(new Random(1), 1_000, FakeModel.InputWidth));
        services.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MonitoringState.Healthy, f.Monitor.Snapshot.State);
        services.Clock.Advance(TimeSpan.FromMinutes(11));
        MonitoringSnapshot stale = f.Monitor.Snapshot;
        Assert.Equal((MonitoringState.Alarm, "freshness"), (stale.State, Assert.Single(stale.Rules).Rule));
        Assert.Equal("Freshness: no calls for 11 minutes, at most 10 minutes are usual.", stale.Description);
        Assert.Contains("Freshness", Assert.Single(services.Conditions.Current), StringComparison.Ordinal);
        f.Run(Rows.Normal(new Random(2), 1_000, FakeModel.InputWidth));
        services.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MonitoringState.Healthy, f.Monitor.Snapshot.State);
        Assert.Empty(services.Conditions.Current);
    }

    [Fact]
    public void Snapshot_AnIdleModel_StaysLearningForWeeks()
    {
        using var services = new StageServices();
        using var f = new Counted(Rows.Profile(), static o => o.BucketDuration = TimeSpan.FromHours(1), services: services);
        services.Clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal(MonitoringState.Learning, f.Monitor.Snapshot.State);
        Assert.Empty(f.Monitor.Snapshot.Rules);
    }

    [Fact]
    public void Performance_OfAProfileWithLabels_IsEstimatedAndComparedWithLabels()
    {
        var random = new Random(4);
        using var builder = new ReferenceProfileBuilder();
        (NamedValues inputs, NamedValues outputs, TensorValue labels) = Labelled(random, 20_000, honest: true);
        builder.Add(inputs, outputs, labels);
        ReferenceProfile profile = builder.Build();
        NamedValues? answer = null;
        using var services = new StageServices();
        using var f = new Counted(profile, static o => o.BucketDuration = TimeSpan.FromMinutes(1), new FakeRunner(compute: _ => answer!.Retain()), services);
        void Minute(bool honest)
        {
            (NamedValues x, NamedValues p, TensorValue y) = Labelled(random, 2_000, honest);
            answer = p;
            f.Runner.Run(x).Dispose();
            f.Monitor.AddLabels(x, p, y);
            services.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        // The evaluation begins with the first bucket.
        Minute(honest: true);
        Minute(honest: true);
        PerformanceSnapshot auc = f.Monitor.Snapshot.Performance.Single(static p => p.Metric == "auc");
        Assert.InRange(auc.Estimated, auc.Reference - 0.02, auc.Reference + 0.02);
        Assert.InRange(auc.Realized, auc.Low - 0.02, auc.High + 0.02);
        Assert.Equal((2_000, MonitoringState.Healthy), (auc.Rows, f.Monitor.Snapshot.State));

        // Scores and their distribution are as before; labels have nothing to do with them.
        Minute(honest: false);
        Assert.Equal((MonitoringState.Alarm, "performance"), (f.Monitor.Snapshot.State, Assert.Single(f.Monitor.Snapshot.Rules).Rule));
        Assert.StartsWith("Performance: labels show ", f.Monitor.Snapshot.Description, StringComparison.Ordinal);
        Minute(honest: true);
        Assert.Equal(MonitoringState.Healthy, f.Monitor.Snapshot.State);
    }

    private static (NamedValues Inputs, NamedValues Outputs, TensorValue Labels) Labelled(Random random, int rows, bool honest)
    {
        float[] scores = [.. Enumerable.Range(0, rows).Select(_ => random.NextSingle())];
        long[] labels = [.. scores.Select(s => random.NextDouble() < (honest ? s : 0.5) ? 1L : 0L)];
        return (Rows.Inputs(Rows.Normal(random, rows, FakeModel.InputWidth)), new NamedValues { ["p"] = TensorValue.Copy<float>(scores, [rows]) }, TensorValue.Copy<long>(labels, [rows]));
    }

    private static MonitoringWindow Window(ReferenceProfile profile, int rows, double missing)
    {
        var observed = new ObservedRows(profile);
        using NamedValues inputs = Rows.Inputs(Data(new Random(rows), rows, missing));
        using NamedValues outputs = FakeModel.Compute(Rows.Inputs(Rows.Normal(new Random(rows), rows, FakeModel.InputWidth)));
        observed.Add(inputs, outputs);
        return observed.Window;
    }

    private static float[] Data(Random random, int rows, double missing)
    {
        float[] data = Rows.Normal(random, rows, FakeModel.InputWidth);
        for (int i = 1; i < data.Length; i += FakeModel.InputWidth)
        {
            data[i] = random.NextDouble() < missing ? float.NaN : data[i];
        }

        return data;
    }
}
