using Inference;
using Inference.Caching;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Feedback
{
    public static void Register(IServiceCollection services, string connectionString)
    {
        #region feedback-use
        services.AddModel("ranker", o => o.Source = ModelSource.Directory("models/ranker"))
                .UseFeedback(o =>
                {
                    o.Columns.Add(new FeedbackColumnOptions { Name = "features" });
                    o.Columns.Add(new FeedbackColumnOptions { Name = "user_id", Redaction = FeedbackRedaction.Hash });
                    o.HashKey = Environment.GetEnvironmentVariable("FEEDBACK_KEY");
                    o.Score = "score";
                    o.Segments.Add("country");
                    o.Performance.Metrics.Add("accuracy");
                })
                .UseVersioning()
                .PerVersion(v => v.UseMonitoring().UseCaching());

        // feedback/ranker.db; without it, predictions are kept in memory
        services.AddSqliteFeedback("feedback/{model}.db");
        #endregion
    }

    public static void RegisterPostgreSql(IServiceCollection services, string connectionString)
    {
        #region feedback-postgresql
        services.AddPostgreSqlFeedback(o => o.ConnectionString = connectionString);
        #endregion
    }

    public static async Task<Guid> Call(IModelRunner ranker, NamedValues inputs)
    {
        #region feedback-call
        var context = new RunContext { Subject = "customer-4711" };
        using NamedValues outputs = await ranker.RunAsync(inputs, context);
        Guid id = context.Record.PredictionId;                     // goes with the answer, into a link, a form, an order
        #endregion
        return id;
    }

    public static async Task Report(IModelRunner ranker, Guid id, DateTimeOffset boughtAt)
    {
        #region feedback-report
        IFeedback feedback = ranker.GetService<IFeedback>()!;      // or the service IFeedback keyed by "ranker"
        FeedbackAnswer answer = await feedback.ReportAsync(id, true, row: 3);
        await feedback.ReportAsync(id, 49.90, name: "revenue", at: boughtAt, row: 3);
        #endregion
        Console.WriteLine(answer);
    }

    public static async Task Erase(IModelRunner ranker)
    {
        #region feedback-erase
        ErasureReport erased = await ranker.GetService<IErasable>()!.EraseAsync("customer-4711");
        #endregion
        Console.WriteLine(erased);
    }

    public static void Look(IModelRunner ranker)
    {
        #region feedback-look
        FeedbackSnapshot now = ranker.GetService<IFeedbackStatus>()!.Snapshot;
        foreach (RealizedMetric metric in now.Performance)
        {
            Console.WriteLine($"{metric.ModelVersion} {metric.Segment} {metric.Name}: {metric.Value:0.000} [{metric.Low:0.000}, {metric.High:0.000}], with all rows {metric.Estimate:0.000}");
        }
        #endregion
    }

    public static async Task Read(IModelRunner ranker, DateTimeOffset from, DateTimeOffset to)
    {
        #region feedback-read
        IOutcomeFeed feed = ranker.GetService<IOutcomeFeed>()!;
        await foreach (JoinedOutcome outcome in feed.ReadJoinedAsync(from, to))
        {
            Console.WriteLine($"{outcome.PredictionId} {outcome.ModelVersion} {outcome.Score} {outcome.Name} = {outcome.Value}");
        }
        #endregion
    }
}
