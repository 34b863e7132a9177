using Inference.Feedback;
using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Sqlite.Tests;

public sealed class HostedFeedbackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AddModel_WithFeedback_IsReachedByNameAndKeepsInTheFileOfTheModel()
    {
        var services = new ServiceCollection();
        IModelBuilder model = services.AddModel("ranker", static o => o.Source = ModelSource.File("not-read.onnx"));
        model.ReplaceSource("test", (_, _) => new ValueTask<IModelRunner>(new FakeRunner(FakeModel.Info("ranker", "7"))));
        model.UseFeedback(o => o.Score = "y[0]");
        services.AddSqliteFeedback(_folder.File("{model}.db"));
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            IFeedback feedback = provider.GetRequiredKeyedService<IFeedback>("ranker");
            Assert.Equal("ranker", feedback.ModelName);

            // Reports may come before the first call.
            Assert.Equal(FeedbackAnswer.Unknown, await feedback.ReportAsync(Guid.CreateVersion7(), 1));
            IModelRunner runner = provider.GetRequiredKeyedService<IModelRunner>("ranker");
            var context = new RunContext();
            using NamedValues inputs = FakeModel.Rows(1);
            (await runner.RunAsync(inputs, context)).Dispose();
            Assert.Equal(FeedbackAnswer.Accepted, await feedback.ReportAsync(context.Record.PredictionId, true));
            JoinedOutcome outcome = default;
            await foreach (JoinedOutcome read in runner.GetService<IOutcomeFeed>()!.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue))
            {
                outcome = read;
            }

            Assert.Equal(("7", 7.0), (outcome.ModelVersion, outcome.Score));
        }

        Assert.True(File.Exists(_folder.File("ranker.db")));
    }

    [Fact]
    public void Configuration_OfEveryKey_IsReadAndUnknownOnesAreRefused()
    {
        Dictionary<string, string?> keys = new()
        {
            ["s:Use"] = "Feedback", ["s:Share"] = "0.25", ["s:Score"] = "y[1]", ["s:Segments:0"] = "x[0]", ["s:Columns:0:Name"] = "x", ["s:Columns:0:Redaction"] = "Round", ["s:Columns:0:Step"] = "0.5",
            ["s:Retention"] = "7.00:00:00", ["s:QueueCapacity"] = "2048", ["s:MaxQueuedBytes"] = "1048576", ["s:FlushInterval"] = "00:00:01", ["s:StoreTimeout"] = "00:00:02", ["s:MaxBackoff"] = "00:00:03", ["s:MaxRowsPerCall"] = "8",
            ["s:HashKey"] = "0123456789abcdef", ["s:Performance:Metrics:0"] = "auc", ["s:Performance:Label"] = "clicked", ["s:Performance:Threshold"] = "0.3", ["s:Performance:Interval"] = "00:01:00",
            ["s:Performance:MaxPredictions"] = "1000", ["s:Performance:MinimumRows"] = "10", ["s:Performance:FairnessGap"] = "0.2", ["s:Performance:FairnessColumns:0"] = "x[0]", ["s:Exemplars:Enabled"] = "true",
            ["s:Exemplars:RowsPerColumn"] = "4", ["s:Exemplars:Columns"] = "2",
        };
        FeedbackOptions options = Read(keys);
        Assert.Equal((0.25, "y[1]", "x[0]", 0.5, FeedbackRedaction.Round), (options.Share, options.Score, options.Segments[0], options.Columns[0].Step, options.Columns[0].Redaction));
        Assert.Equal(("auc", "clicked", 0.2, true, 1 << 20), (options.Performance.Metrics[0], options.Performance.Label, options.Performance.FairnessGap, options.Exemplars.Enabled, options.MaxQueuedBytes));
        Assert.Contains("Did you mean 'Retention'", Assert.Throws<ModelConfigurationException>(() => Read(new() { ["s:Use"] = "Feedback", ["s:Retenton"] = "1" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddSqliteFeedback_PathWithoutModel_IsRefused() => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSqliteFeedback("feedback.db"));

    private static FeedbackOptions Read(Dictionary<string, string?> keys)
    {
        IConfigurationSection section = new ConfigurationBuilder().AddInMemoryCollection(keys).Build().GetSection("s");
        var services = new ServiceCollection();
        new FeedbackStageBinding().Add(new FakeRunner().AsBuilder(), services, section);
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<FeedbackOptions>>().Get(FakeModel.Info().Name);
    }
}
