using System.Globalization;
using Inference;
using Inference.Decisions;
using Inference.Feedback;
using Inference.Monitoring;
using Inference.Status;
using Inference.Testing;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Loop;

/// <summary>The loop: a model serves, its world changes, monitoring raises an alarm, outcomes confirm it, a new model is trained, passes its gate, serves as a canary and is promoted; then a bad one is rolled back on its outcomes.</summary>
internal sealed class LoopRun : IAsyncDisposable
{
    private const string Model = "buyers";
    private const int CallsPerTick = 60;

    private static readonly TimeSpan s_tick = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan s_labelDelay = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly Action<string> _print;
    private readonly FakeTimeProvider _clock;
    private readonly ServiceProvider _provider;
    private readonly VersionFolders _folders;
    private readonly Customers _customers = new(seed: 7);
    private readonly Queue<(DateTimeOffset Due, FeedbackReport Report)> _outcomes = new();
    private readonly List<LoopEvent> _events = [];
    private long _customer;

    /// <param name="folder">Where versions and bundles are written; empty at first.</param>
    /// <param name="print">Receives the timeline, line by line.</param>
    public LoopRun(string folder, Action<string> print)
    {
        _print = print;
        _folders = new VersionFolders(Path.Combine(folder, "models", Model));
        var retrainer = new Retrainer(_folders, Path.Combine(folder, "work"), Tell);
        var services = new ServiceCollection();
        _clock = services.AddFakeClock();
        _clock.SetUtcNow(s_start);
        services.AddModel(Model, o => o.Path = _folders.Root)
            .UseOutcomes(o =>
            {
                // Of each prediction, whether the customer did what was predicted.
                o.Measure = OutcomeMeasure.Mistake;
                o.Interval = TimeSpan.FromMinutes(6);
                o.Maturity = s_labelDelay;
            })
            .UseRetraining(o =>
            {
                o.Directory = Path.Combine(folder, "retraining");
                o.Metric = "accuracy";
                o.Confirmation = RetrainingConfirmation.Realized;           // labels come within an hour
                o.MinimumLabels = 3_000;
                o.CheckInterval = TimeSpan.FromMinutes(6);
                o.LabelWindow = TimeSpan.FromDays(2);
                o.Run = retrainer.TrainAsync;
            })
            .UseFeedback(o =>
            {
                o.Columns.Add(new FeedbackColumnOptions { Name = "features" });
                o.Score = "probability[0]";
                o.FlushInterval = TimeSpan.FromMinutes(1);
                o.Performance.Metrics.Add("accuracy");
                o.Performance.Interval = TimeSpan.FromMinutes(30);
                o.Performance.MaxPredictions = 4_000;
            })
            .UseVersioning(o =>
            {
                o.Rollout = RolloutMode.Canary;
                o.Watch = false;
                o.Debounce = TimeSpan.Zero;
                o.Canary.Percent = 20;
                o.Canary.ShadowWarmupCalls = 0;
                o.Canary.CompareLatency = false;                          // this clock does not measure
                o.Canary.OutcomeWeight = 0.5;
                o.Canary.PromoteAfterOutcomes = 1_500;
            })
            .PerVersion(v => v
                .UseMonitoring(o =>
                {
                    o.Profile = info => _folders.ProfileOf(info.Version);
                    o.BucketDuration = TimeSpan.FromHours(1);
                    o.Budget = null;
                })
                .UseCost(o => o.PricePerCoreHour = 0.04));
        _provider = services.BuildServiceProvider();
    }

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<LoopEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    private IModelRunner Runner => _provider.GetRequiredKeyedService<IModelRunner>(Model);

    private IModelVersions Versions => _provider.GetRequiredKeyedService<IModelVersions>(Model);

    /// <summary>Runs it all, some days in seconds.</summary>
    public async Task RunAsync()
    {
        var past = new Customers(seed: 1);
        Network first = Network.Train(past.Take(6_000), epochs: 20, seed: 1);
        _folders.Publish(first.ToModel(), past.Take(6_000));
        await ServeAsync(TimeSpan.FromHours(24), static () => false);
        Tell("serve", $"version {Versions.DefaultVersion}, accuracy {Accuracy():F3} from labels, monitoring {State().State}");

        _customers.Campaign = true;
        Tell("drift", "a campaign begins: discounts are larger, and decide more");
        await ServeAsync(TimeSpan.FromHours(24), () => State().State == MonitoringState.Alarm);
        Tell("alarm", State().Description);
        IRetraining retraining = Runner.GetService<IRetraining>()!;
        await ServeAsync(TimeSpan.FromHours(48), () => retraining.Status.LastSucceeded is not null || retraining.Status.LastError is not null);

        await TryVersionAsync();
        await ServeAsync(TimeSpan.FromHours(12), static () => false);
        Tell("serve", $"version {Versions.DefaultVersion}, accuracy {Accuracy():F3} from labels, monitoring {State().State}");

        string bad = _folders.Publish(Network.Train(_customers.Take(4_000), epochs: 10, seed: 3).Turned().ToModel(), _customers.Take(2_000));
        Tell("publish", $"version {bad}, by hand and without the gate");
        await TryVersionAsync();
        CostSnapshot cost = Runner.GetService<ICostStatus>()!.Snapshot;
        Tell("end", string.Create(CultureInfo.InvariantCulture, $"version {Versions.DefaultVersion} serves, {cost.CpuSecondsPerThousand * 1_000:F1} ms of processor time for 1,000 predictions"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    // A new version is loaded, gets its share of the calls, and is promoted or rolled back by what becomes of its predictions.
    private async Task TryVersionAsync()
    {
        await Versions.RefreshAsync();
        string version = Versions.Canary?.Version ?? throw new InvalidOperationException($"Expected a canary; version {Versions.Versions[0].Version}: {Versions.Versions[0].Error}");
        Tell("canary", $"version {version} gets {Versions.Canary.Percent} % of the customers");
        Decision? decision = null;
        await ServeAsync(TimeSpan.FromHours(72), () => decision is not null, async () =>
            decision = (await Versions.ReadAuditAsync()).LastOrDefault(d => d.Version == version && d.Action is DecisionActions.Promote or DecisionActions.Rollback));
        Tell(decision?.Action ?? "undecided", $"version {version}: {decision?.Reason}");
    }

    // Serves customers, tick by tick, and reports what they did an hour later, until a condition holds.
    private async Task ServeAsync(TimeSpan most, Func<bool> until, Func<Task>? afterTick = null)
    {
        IModelRunner runner = Runner;
        var feedback = _provider.GetRequiredKeyedService<IFeedback>(Model);
        float[] features = new float[Customers.Features];
        for (TimeSpan passed = TimeSpan.Zero; passed < most && !until(); passed += s_tick)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            for (int i = 0; i < CallsPerTick; i++)
            {
                bool buys = _customers.Next(features);
                string customer = string.Create(CultureInfo.InvariantCulture, $"customer-{_customer++}");
                var call = new RunContext { RoutingKey = customer, Subject = customer };
                using var inputs = new NamedValues { ["features"] = TensorValue.Copy<float>(features, [1, Customers.Features]) };
                (await runner.RunAsync(inputs, call)).Dispose();
                _outcomes.Enqueue((now + s_labelDelay, new FeedbackReport(call.Record.PredictionId, buys) { At = now + s_labelDelay }));
            }

            _clock.Advance(s_tick);
            List<FeedbackReport> due = [];
            while (_outcomes.TryPeek(out (DateTimeOffset Due, FeedbackReport Report) next) && next.Due <= _clock.GetUtcNow())
            {
                due.Add(_outcomes.Dequeue().Report);
            }

            if (due.Count > 0)
            {
                await feedback.ReportAsync(due);
            }

            // Decisions are made on other threads.
            await (Runner.GetService<RetrainingTrigger>()?.Completion ?? Task.CompletedTask);
            await Task.Delay(2);
            await (afterTick?.Invoke() ?? Task.CompletedTask);
        }
    }

    private MonitoringSnapshot State() => Runner.GetService<IModelMonitor>()!.Snapshot;

    private double Accuracy() => Runner.GetService<IFeedbackStatus>()!.Snapshot.Performance.LastOrDefault(m => m.Name == "accuracy" && m.ModelVersion == Versions.DefaultVersion)?.Value ?? double.NaN;

    private void Tell(string kind, string text)
    {
        var happened = new LoopEvent(_clock.GetUtcNow(), kind, text);
        lock (_events)
        {
            _events.Add(happened);
        }

        TimeSpan time = happened.At - s_start;
        _print(string.Create(CultureInfo.InvariantCulture, $"day {time.Days} {time:hh\\:mm}  {kind,-9} {text}"));
    }
}
