using Inference.Feedback;
using Inference.Monitoring.Feedback;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Feedback;

public class ExemplarTests
{
    [Fact]
    public async Task ColumnChanges_RowsInItsChangedCellsAreKeptWithinBoundsAndErasable()
    {
        await using var f = new Exemplified(o => o.Exemplars.RowsPerColumn = 8);
        f.Run(Rows.Normal(new Random(3), 1_000, FakeModel.InputWidth));
        f.Monitor.Flush();
        await f.RefreshAsync();
        Assert.Empty(f.Exemplars);

        // x[1] moves by three deviations: its upper cells are too frequent, the others as they were.
        for (int i = 0; i < 20; i++)
        {
            f.Run(Shifted(i, 500));
            f.Monitor.Flush();
        }

        Assert.Contains(f.Monitor.Snapshot.Columns, c => c is { Name: "x[1]", State: >= MonitoringState.Warning });
        await f.RefreshAsync();
        for (int i = 0; i < 300; i++)
        {
            f.Run(Shifted(1_000 + i, 2), i % 2 == 0 ? "ana" : "ben");
        }

        await f.FlushAsync();
        IReadOnlyList<Exemplar> kept = [.. f.Exemplars.Where(e => e.Column == "x[1]")];
        Assert.Equal(8, kept.Count);
        Assert.All(kept, e => Assert.True(e.Prediction.Column(e.Row, "x[1]")!.Value.Number > 0.5, "In a cell that became more frequent."));
        Assert.DoesNotContain(f.Exemplars, e => e.Column == "x[0]");
        int ofAna = f.Exemplars.Count(e => e.Prediction.Subject == Redactor.Subject([], "ana"));
        Assert.True(ofAna > 0);
        Assert.Equal(ofAna, (await f.Runner.GetService<IErasable>()!.EraseAsync("ana")).Exemplars);
        Assert.All(f.Exemplars, e => Assert.NotEqual(Redactor.Subject([], "ana"), e.Prediction.Subject));
    }

    [Fact]
    public async Task MonitorFails_PredictionsAreKeptAllTheSame()
    {
        await using IModelRunner runner = new Unanswering().AsBuilder().UseFeedback(static o => o.Exemplars.Enabled = true).Build();
        var context = new RunContext();
        using (NamedValues inputs = FakeModel.Rows(1))
        {
            runner.Run(inputs, context).Dispose();
        }

        Assert.Equal(FeedbackAnswer.Accepted, await runner.GetService<IFeedback>()!.ReportAsync(context.Record.PredictionId, 1));
    }

    [Fact]
    public async Task NotEnabled_NothingIsKept()
    {
        await using var f = new Exemplified(o => o.Exemplars.Enabled = false);
        for (int i = 0; i < 20; i++)
        {
            f.Run(Shifted(i, 500));
            f.Monitor.Flush();
        }

        await f.FlushAsync();
        Assert.Empty(f.Exemplars);
    }

    private static float[] Shifted(int seed, int rows)
    {
        float[] data = Rows.Normal(new Random(seed), rows, FakeModel.InputWidth);
        for (int i = 1; i < data.Length; i += FakeModel.InputWidth)
        {
            data[i] += 3;
        }

        return data;
    }

    // A runner that fails if it is asked for its monitor.
    private sealed class Unanswering : IModelRunner
    {
        private readonly FakeRunner _inner = new();

        public ModelInfo Info => _inner.Info;

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => _inner.RunAsync(inputs, context, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ModelMonitor) ? throw new InvalidOperationException("no monitor") : _inner.GetService(serviceType, serviceKey);

        public void Dispose() => _inner.Dispose();

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }

    private sealed class Exemplified : IAsyncDisposable
    {
        public Exemplified(Action<FeedbackOptions> configure)
        {
            ReferenceProfile profile = Rows.Profile();
            Runner = new FakeRunner().AsBuilder()
                .UseFeedback(o =>
                {
                    o.Columns.Add(new FeedbackColumnOptions { Name = "x" });
                    o.Exemplars.Enabled = true;
                    configure(o);
                })
                .UseMonitoring(o =>
                {
                    o.Profile = _ => profile;
                    o.Budget = null;
                    o.BucketDuration = TimeSpan.FromDays(1);
                })
                .Build();
            Monitor = Runner.GetService<ModelMonitor>()!;
        }

        public IModelRunner Runner { get; }

        public ModelMonitor Monitor { get; }

        public IReadOnlyList<Exemplar> Exemplars => Runner.GetService<IExemplarSource>()!.Exemplars;

        public void Run(float[] data, string? subject = null)
        {
            using NamedValues inputs = Rows.Inputs(data);
            Runner.Run(inputs, new RunContext { Subject = subject }).Dispose();
        }

        public Task FlushAsync() => ((ModelFeedback)Runner.GetService<IFeedback>()!).FlushAsync();

        public async Task RefreshAsync()
        {
            await FlushAsync();
            ((ModelFeedback)Runner.GetService<IFeedback>()!).RefreshExemplars();
        }

        public ValueTask DisposeAsync() => Runner.DisposeAsync();
    }
}
