using System.Collections.Concurrent;
using System.Text.Json;
using Inference.Data;
using Inference.Feedback;
using Inference.Security;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Retraining;

public sealed class RetrainingTriggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeStages _stages = new();
    private readonly List<RetrainingBundle> _bundles = [];
    private Func<RetrainingBundle, CancellationToken, ValueTask>? _run;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Drift_ConfirmedByLabels_WritesABundleAndRuns()
    {
        await using IModelRunner runner = Open();
        RetrainingTrigger trigger = Trigger(runner);
        _stages.Monitoring = MonitoringState.Alarm;
        Label(20);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RetrainingState.Proposed, trigger.Status.State);
        _stages.Accuracy(0.9, 0.8);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await trigger.Completion;
        RetrainingBundle bundle = Assert.Single(_bundles);
        Assert.Equal(20, bundle.LabelledRows);
        Assert.Equal(RetrainingReason.Drift, Assert.Single(bundle.Reasons).Kind);
        Assert.Equal(["labels.npz", "reason.json"], Directory.EnumerateFiles(bundle.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using JsonDocument reason = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(bundle.Path, "reason.json")));
        Assert.Equal("drift", reason.RootElement.GetProperty("reasons")[0].GetProperty("kind").GetString());
        JsonElement lineage = reason.RootElement.GetProperty("lineage");
        Assert.Equal(("m", "7", 20), (lineage.GetProperty("model").GetString(), lineage.GetProperty("version").GetString(), lineage.GetProperty("labelledRows").GetInt64()));
        Assert.Equal(RetrainingState.Idle, trigger.Status.State);
        Assert.Equal(0, trigger.Status.Labels);
        Assert.NotNull(trigger.Status.LastSucceeded);
    }

    [Fact]
    public async Task Bundle_LabelledRows_AreReadBack()
    {
        await using IModelRunner runner = Open(static o => o.MinimumLabels = 0);
        Label(3);
        _stages.Feed.Add(new JoinedOutcome(Prediction("c"), 0, "revenue", 5, _clock.GetUtcNow()));
        Trigger(runner).Request("ana", "new prices");
        await Trigger(runner).Completion;
        IDataSource data = DataSource.Open(Assert.Single(_bundles).LabelsPath!);
        Assert.Equal(3, data.RowCount);
        await foreach (DataBatch batch in data.ReadAsync(["x", "country", "label", "prediction_id", "predicted_at", "version"], 10))
        {
            using (batch)
            {
                Assert.Equal([3, 2], batch.Values["x"].Shape.ToArray());
                Assert.Equal([0f, 0.5f, 1f, 0.5f, 2f, 0.5f], batch.Values["x"].AsSpan<float>().ToArray());
                Assert.Equal([0.0, 1, 0], batch.Values["label"].AsSpan<double>().ToArray());
                Assert.Equal(["ä", "ä", "ä"], batch.Values["country"].AsSpan<string>().ToArray());
                Assert.Equal("7", batch.Values["version"].AsSpan<string>()[0]);
                Assert.Equal(1_772_452_800_000_000, batch.Values["predicted_at"].AsSpan<long>()[0]);
            }
        }
    }

    [Fact]
    public async Task State_SurvivesARestart()
    {
        await using (IModelRunner runner = Open())
        {
            Label(4);
            Trigger(runner).Request("ana", "few labels");
            Assert.Equal(RetrainingState.Waiting, Trigger(runner).Status.State);
        }

        await using (IModelRunner runner = Open())
        {
            Label(6);
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Trigger(runner).Completion;
            Assert.Contains("few labels", Assert.Single(Assert.Single(_bundles).Reasons).Text, StringComparison.Ordinal);
        }

        await using (IModelRunner runner = Open())
        {
            Label(20);
            Trigger(runner).Request("ana", "again");
            Assert.Contains("cool-down", Trigger(runner).Status.Description, StringComparison.Ordinal);
            _clock.Advance(TimeSpan.FromDays(1));
            await Trigger(runner).Completion;
            Assert.Equal(2, _bundles.Count);
        }
    }

    [Fact]
    public async Task State_Damaged_IsSetAside()
    {
        await using (IModelRunner runner = Open())
        {
            Label(4);
        }

        string state = _folder.File("r/state.json");
        byte[] bytes = await File.ReadAllBytesAsync(state);
        bytes[^5] ^= 1;
        await File.WriteAllBytesAsync(state, bytes);
        await using IModelRunner again = Open();
        Assert.Equal(0, Trigger(again).Status.Labels);
        Assert.True(File.Exists(state + ".damaged"));
    }

    [Fact]
    public async Task Run_InterruptedByTheEnd_IsAReasonAgain()
    {
        var begun = new TaskCompletionSource();
        _run = async (_, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        await using (IModelRunner runner = Open())
        {
            Label(20);
            Trigger(runner).Request("ana", "now");
            await begun.Task;
        }

        _run = null;
        await using IModelRunner again = Open();
        Assert.Contains("interrupted", Trigger(again).Status.LastError, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromDays(1));
        await Trigger(again).Completion;
        Assert.Equal("asked for by ana: now", Assert.Single(Assert.Single(_bundles).Reasons).Text);
    }

    [Fact]
    public async Task Run_HangsOrThrows_FailsAndIsTriedAgainAfterTheCoolDown()
    {
        _run = static (_, _) => new ValueTask(new TaskCompletionSource().Task);
        await using IModelRunner runner = Open(static o => o.Timeout = TimeSpan.FromHours(1));
        RetrainingTrigger trigger = Trigger(runner);
        Label(20);
        trigger.Request("ana", "now");
        while (!trigger.Completion.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(20);
        }

        Assert.Contains("did not end within", trigger.Status.LastError, StringComparison.Ordinal);
        _run = static (_, _) => throw new InvalidOperationException("broken trainer");
        _clock.Advance(TimeSpan.FromDays(1));
        await trigger.Completion;
        Assert.Contains("broken trainer", trigger.Status.LastError, StringComparison.Ordinal);
        _run = null;
        _clock.Advance(TimeSpan.FromDays(1));
        await trigger.Completion;
        Assert.Single(_bundles);
        Assert.Null(trigger.Status.LastError);
    }

    [Fact]
    public async Task Reasons_WhileItRuns_AreOneMore()
    {
        var go = new TaskCompletionSource();
        _run = (_, _) => new ValueTask(go.Task);
        await using IModelRunner runner = Open();
        RetrainingTrigger trigger = Trigger(runner);
        Label(20);
        trigger.Request("ana", "first");
        Label(30);
        trigger.Request("ana", "second");
        trigger.Request("ben", "third");
        Assert.Equal(RetrainingState.Running, trigger.Status.State);
        go.SetResult();
        await trigger.Completion;
        Assert.Equal(30, trigger.Status.Labels);
        _clock.Advance(TimeSpan.FromDays(1));
        await trigger.Completion;
        Assert.Equal(["asked for by ana: first", "asked for by ana: second"], _bundles.Select(static b => Assert.Single(b.Reasons).Text));
    }

    [Fact]
    public async Task Bundles_BeyondTheNumberKept_AreDeletedAndLeftoversToo()
    {
        Directory.CreateDirectory(_folder.File("r/20250101T000000Z-00.tmp"));
        Directory.CreateDirectory(_folder.File("r/20250101T000000Z-00.work"));
        await using IModelRunner runner = Open();
        for (int i = 0; i < 4; i++)
        {
            Label(20);
            Trigger(runner).Request("ana", "again");
            await Trigger(runner).Completion;
            _clock.Advance(TimeSpan.FromDays(1));
            await Trigger(runner).Completion;
        }

        Assert.Equal(2, Directory.GetDirectories(_folder.File("r")).Length);
    }

    [Fact]
    public async Task Bundles_OfFailedRuns_AreDeletedToo()
    {
        _run = static (_, _) => throw new InvalidOperationException("broken trainer");
        await using IModelRunner runner = Open();
        Label(20);
        Trigger(runner).Request("ana", "now");
        for (int i = 0; i < 4; i++)
        {
            await Trigger(runner).Completion;
            _clock.Advance(TimeSpan.FromDays(1));
        }

        await Trigger(runner).Completion;
        Assert.Equal(2, Directory.GetDirectories(_folder.File("r")).Length);
    }

    [Fact]
    public async Task Bundle_CannotBeWritten_LeavesNothing()
    {
        await using IModelRunner runner = Open(static o => o.MinimumLabels = 0);
        KeptPrediction prediction = Prediction("a");
        _stages.Feed.Add(new JoinedOutcome(prediction, 0, "label", 1, _clock.GetUtcNow()));

        // Longer than a name in an archive may be.
        _stages.Feed.Add(new JoinedOutcome(prediction, 0, new string('x', 70_000), 1, _clock.GetUtcNow()));
        Trigger(runner).Request("ana", "now");
        await Trigger(runner).Completion;
        Assert.NotNull(Trigger(runner).Status.LastError);
        Assert.Empty(Directory.GetDirectories(_folder.File("r")));
    }

    [Fact]
    public async Task Bundles_OlderThanTheRetention_AreDeleted()
    {
        await using IModelRunner runner = Open(static o => o.Retention = TimeSpan.FromDays(2));
        Label(20);
        Trigger(runner).Request("ana", "now");
        await Trigger(runner).Completion;
        string path = Assert.Single(_bundles).Path;
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(Directory.Exists(path));
        _clock.Advance(TimeSpan.FromDays(1.5));
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task Erase_Subject_DeletesTheBundlesThatHoldIt()
    {
        await using IModelRunner runner = Open(static o => o.MinimumLabels = 0);
        _stages.Feed.Add(new JoinedOutcome(Prediction("a", subject: "ben"), 0, "label", 1, _clock.GetUtcNow()));
        Trigger(runner).Request("ana", "now");
        await Trigger(runner).Completion;
        string path = Assert.Single(_bundles).Path;
        Assert.DoesNotContain("ben", await File.ReadAllTextAsync(Path.Combine(path, "subjects.txt")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        }

        IErasable erasable = runner.GetService<IErasable>()!;
        await erasable.EraseAsync("eve");
        Assert.True(Directory.Exists(path));
        Assert.Equal(7, (await erasable.EraseAsync("ben")).Predictions);
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public async Task Folder_OfAnotherModel_IsRefusedAndLeftAlone()
    {
        await using (IModelRunner runner = Open())
        {
            Label(4);
        }

        string state = _folder.File("r/state.json");
        byte[] before = await File.ReadAllBytesAsync(state);
        await using IModelRunner other = Open(name: "other");
        Label(20);
        Trigger(other).Request("ana", "now");
        Assert.Contains("got that of 'm'", Trigger(other).Status.Description, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(state));
        Assert.Empty(_bundles);
    }

    [Fact]
    public async Task Folder_SomebodyHasIt_IsTakenWhenItIsFree()
    {
        IModelRunner first = Open();
        await using IModelRunner second = Open();
        Label(20);
        Trigger(second).Request("ana", "now");
        Assert.Equal(RetrainingState.Waiting, Trigger(second).Status.State);
        await first.DisposeAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Trigger(second).Completion;
        Assert.Single(_bundles);
    }

    [Theory]
    [InlineData(9, 0.01, null, false)]
    [InlineData(10, 0.01, null, true)]
    [InlineData(10, double.NaN, null, false)]
    [InlineData(10, double.NaN, "accuracy", true)]
    public async Task Performance_FewLabelsOrNoInterval_IsNoReason(int rows, double half, string? metric, bool expected)
    {
        _stages.Add("accuracy", rows, 0.5, half);
        await using IModelRunner runner = Open(o => (o.Reference, o.Metric) = (0.9, metric));
        Label(20);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Trigger(runner).Completion;
        Assert.Equal(expected ? 1 : 0, _bundles.Count);
    }

    [UnixFact]
    public async Task Command_LeftByACrash_IsKilledAtTheStart()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string mark = Guid.NewGuid().ToString("N");
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sleep") { ArgumentList = { "4247" } };
        start.Environment["INFERENCE_RETRAINING"] = mark;
        using System.Diagnostics.Process orphan = System.Diagnostics.Process.Start(start)!;
        using (var file = new Inference.Monitoring.Retraining.RetrainingStateFile(_folder.File("r")))
        {
            file.Write(new Inference.Monitoring.Retraining.RetrainingMemory { ModelName = "m", Mark = mark });
        }

        await using IModelRunner runner = Open();
        Assert.True(orphan.WaitForExit(20_000));
    }

    [Fact]
    public async Task Webhook_Broken_FailsWithoutAnException()
    {
        await using IModelRunner runner = Open(o =>
        {
            o.Webhook.Url = new Uri("http://127.0.0.1:9/");
            o.Webhook.MaxAttempts = 1;
        });
        Label(20);
        Trigger(runner).Request("ana", "now");
        await Trigger(runner).Completion;
        Assert.Contains("the webhook at 127.0.0.1", Trigger(runner).Status.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain(":9", Trigger(runner).Status.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_CannotBeWritten_ServesAndReportsACondition()
    {
        await File.WriteAllTextAsync(_folder.File("r"), "a file where the folder should be");
        var conditions = new ModelConditions();
        using ServiceProvider services = new ServiceCollection().AddKeyedSingleton("m", conditions).AddSingleton<TimeProvider>(_clock).BuildServiceProvider();
        await using IModelRunner runner = Open(services: services);
        Assert.Single(conditions.Current);
        using NamedValues outputs = await runner.RunAsync(new NamedValues());
    }

    [Fact]
    public void UseRetraining_WithoutFeedback_SaysSo()
    {
        var pipeline = new ModelPipeline("m");
        pipeline.UseRetraining(o => o.Directory = _folder.File("r"));
        Assert.Contains("UseFeedback", Assert.Throws<InferenceException>(() => pipeline.Build(new FakeStages { HasFeed = false })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "fine")]
    [InlineData("ana", "two\nlines")]
    public async Task Request_BadTexts_Throws(string actor, string reason)
    {
        await using IModelRunner runner = Open();
        Assert.ThrowsAny<ArgumentException>(() => Trigger(runner).Request(actor, reason));
    }

    private IModelRunner Open(Action<RetrainingOptions>? configure = null, IServiceProvider? services = null, string name = "m")
    {
        var pipeline = new ModelPipeline(name);
        pipeline.UseRetraining(o =>
        {
            o.Directory = _folder.File("r");
            o.MinimumLabels = 10;
            o.KeepBundles = 2;
            o.Run = async (bundle, token) =>
            {
                if (_run is { } run)
                {
                    await run(bundle, token);
                }

                _bundles.Add(bundle);
            };
            configure?.Invoke(o);
        });
        return pipeline.Build(_stages, services ?? new ServiceCollection().AddSingleton<TimeProvider>(_clock).BuildServiceProvider());
    }

    private static RetrainingTrigger Trigger(IModelRunner runner) => runner.GetService<RetrainingTrigger>()!;

    private void Label(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _stages.Feed.Add(new JoinedOutcome(Prediction("ä", i), 0, "label", i % 2, _clock.GetUtcNow()));
        }
    }

    private KeptPrediction Prediction(string country, int value = 0, string? subject = null) => new()
    {
        Id = Guid.NewGuid(), At = _clock.GetUtcNow(), ModelVersion = "7", Subject = subject, Columns = new FeedbackColumns(["x[0]", "country", "x[1]"]), Values = new FeedbackValue[] { value, country, 0.5 },
    };

    private sealed class FakeStages : IModelRunner, IModelMonitor, IFeedbackStatus, IErasable
    {
        public FakeFeed Feed { get; } = new();

        public bool HasFeed { get; init; } = true;

        public MonitoringState Monitoring { get; set; } = MonitoringState.Healthy;

        public ModelInfo Info { get; } = new() { Name = "m", Version = "7", Digest = "abc", Inputs = [], Outputs = [] };

        MonitoringSnapshot IModelMonitor.Snapshot => new() { ModelName = "m", ModelVersion = "7", State = Monitoring, Description = "x shifted." };

        FeedbackSnapshot IFeedbackStatus.Snapshot => new() { ModelName = "m", Performance = Metrics };

        private List<RealizedMetric> Metrics { get; } = [];

        public void Accuracy(params double[] values)
        {
            foreach (double value in values)
            {
                Metrics.Add(new RealizedMetric { Name = "accuracy", ModelVersion = "7", Rows = 100, Value = value, Low = value - 0.01, High = value + 0.01 });
            }
        }

        public void Add(string metric, int rows, double value, double half) =>
            Metrics.Add(new RealizedMetric { Name = metric, ModelVersion = "7", Rows = rows, Value = value, Low = value - half, High = value + half });

        public ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default) => new(new ErasureReport(owner, 7));

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(new NamedValues());

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(IOutcomeFeed) ? HasFeed ? Feed : null : serviceType.IsInstanceOfType(this) ? this : null;

        public void Acknowledge(string actor, string reason)
        {
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class FakeFeed : IOutcomeFeed
    {
        private readonly ConcurrentQueue<JoinedOutcome> _outcomes = [];
        private IOutcomeObserver? _observer;

        public void Add(JoinedOutcome outcome)
        {
            _outcomes.Enqueue(outcome);
            _observer?.OnJoined(outcome);
        }

        public IDisposable Subscribe(IOutcomeObserver observer)
        {
            _observer = observer;
            return new Nothing();
        }

        public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            foreach (JoinedOutcome outcome in _outcomes)
            {
                yield return outcome;
            }
        }

        private sealed class Nothing : IDisposable
        {
            public void Dispose()
            {
            }
        }
    }
}
