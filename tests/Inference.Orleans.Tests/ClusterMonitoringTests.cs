using Inference.Feedback;
using Inference.Monitoring;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Inference.Orleans.Tests;

/// <summary>Monitoring and feedback in the pipelines of silos.</summary>
public sealed class ClusterMonitoringTests
{
    private static readonly ReferenceProfile s_profile = Profile();

    /// <summary>Calls go to one silo; each silo judges them.</summary>
    [Fact]
    public async Task Rows_OfOneSilo_AreJudgedInAll()
    {
        await using TestSilos silos = await StartAsync(3, b => b.UseMonitoring(o => (o.Profile, o.Budget, o.BucketDuration) = (_ => s_profile, null, TimeSpan.FromSeconds(1))));
        IModelRunner[] runners = [.. Enumerable.Range(0, 3).Select(i => silos.Services(i).GetRequiredKeyedService<IModelRunner>("m"))];
        ModelMonitor[] monitors = [.. runners.Select(r => r.GetService<ModelMonitor>()!)];
        await Eventually.TrueAsync(() =>
        {
            runners[0].Run(Inputs(1)).Dispose();
            return monitors.All(m => m.Snapshot.Rows + m.Snapshot.RowsElsewhere > 0);
        });

        // Rows of a bucket that began before a silo did may be left out there; from now on none is.
        const int More = 40;
        long[] before = [.. monitors.Select(m => m.Snapshot.RowsElsewhere)];
        for (int i = 0; i < More; i++)
        {
            runners[0].Run(Inputs(1)).Dispose();
        }

        await Eventually.TrueAsync(() => Enumerable.Range(1, 2).All(i => monitors[i].Snapshot.RowsElsewhere >= before[i] + More));
        Assert.All(monitors[1..], m => Assert.Equal(0, m.Snapshot.Rows));
        await Eventually.TrueAsync(() => monitors[1..].All(m => m.Snapshot.RowsElsewhere <= monitors[0].Snapshot.Rows), "no row is counted twice");
        Assert.Equal(0, monitors[0].Snapshot.RowsElsewhere);
    }

    [Fact]
    public async Task Report_ByTheClient_ReachesTheSiloThatServed()
    {
        await using TestSilos silos = await StartAsync(3, static b => b.UseFeedback());
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        IFeedback feedback = runner.GetService<IFeedback>()!;
        var context = new RunContext();
        using NamedValues inputs = Inputs(1);
        (await runner.RunAsync(inputs, context)).Dispose();

        Assert.Equal("m", feedback.ModelName);
        await Eventually.TrueAsync(() => feedback.ReportAsync(context.Record.PredictionId, 1).AsTask().GetAwaiter().GetResult() == FeedbackAnswer.Accepted);
        Assert.Equal(FeedbackAnswer.Duplicate, await feedback.ReportAsync(context.Record.PredictionId, 1));
        Assert.Equal(
            [FeedbackAnswer.Accepted, FeedbackAnswer.Unknown, FeedbackAnswer.Accepted],
            await feedback.ReportAsync([new FeedbackReport(context.Record.PredictionId, 3) { Name = "revenue" }, new FeedbackReport(Guid.CreateVersion7(), 1), new FeedbackReport(context.Record.PredictionId, "b") { Name = "kind" }]));
    }

    [Fact]
    public async Task GetService_NoFeedbackInThePipeline_IsNull()
    {
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"]);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        Assert.Null(runner.GetService<IFeedback>());
    }

    [Fact]
    public async Task Report_AllSilosGone_SaysThatItMayBeRepeated()
    {
        await using TestSilos silos = await StartAsync(1, static b => b.UseFeedback());
        await using OrleansModelRunner runner = await silos.ConnectAsync("m", o => o.Timeout = TimeSpan.FromSeconds(2));
        IFeedback feedback = runner.GetService<IFeedback>()!;
        await silos.Cluster.StopAllSilosAsync();

        ClusterModelException error = await Assert.ThrowsAsync<ClusterModelException>(async () => await feedback.ReportAsync(Guid.CreateVersion7(), 1));
        Assert.Contains("none is counted twice", error.Message, StringComparison.Ordinal);
    }

    private static Task<TestSilos> StartAsync(int count, Action<IModelBuilder> use) => TestSilos.StartAsync(
        count, [], o => o.EvidenceInterval = TimeSpan.FromMilliseconds(20), before: (_, silo) =>
        {
            use(silo.Services.AddModel("m", o => (o.Source, o.WarmUp) = (ModelSource.Bytes(new byte[1]), false)));
            silo.Services.Configure<InferenceSiloOptions>(o => o.Pinned.Add("m"));
        });

    private static NamedValues Inputs(int seed) => FakeModel.Rows(seed);

    private static ReferenceProfile Profile()
    {
        using var builder = new ReferenceProfileBuilder(FakeModel.Info("m"));
        for (int i = 0; i < 500; i++)
        {
            using NamedValues inputs = FakeModel.Rows(i);
            using NamedValues outputs = FakeModel.Compute(inputs);
            builder.Add(inputs, outputs);
        }

        return builder.Build();
    }
}
