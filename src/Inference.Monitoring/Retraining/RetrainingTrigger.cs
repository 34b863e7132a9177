using Inference.Feedback;
using Inference.Monitoring.Alerts;
using Inference.Monitoring.Records;
using Inference.Monitoring.Retraining;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring;

/// <summary>
/// Asks for a new model of one name for a stated reason, and hands over what is needed to train it: drift proposes, performance confirms, or the schedule or a person asks; then labels and the cool-down are waited for, a bundle is written, and
/// a delegate, a command or a webhook is called with it. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe. Its state survives the process.
/// </summary>
public sealed partial class RetrainingTrigger : IRetraining, IOutcomeObserver, IDisposable, IAsyncDisposable
{
    // A command that is being killed ends within this time.
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();

    // Held while rows are read and written to a bundle, and while bundles are deleted: rows that were read before an erasure are written before the bundles are looked through.
    private readonly SemaphoreSlim _bundles = new(1, 1);
    private readonly IModelRunner _runner;
    private readonly string _modelName;
    private readonly StageOptions<RetrainingOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ModelConditions? _conditions;
    private readonly RetrainingInstruments _instruments;
    private readonly WebhookClients _clients;
    private readonly ILogger _logger;
    private readonly RetrainingStateFile _file;
    private readonly BundleWriter _writer;
    private readonly RetrainingSource _source = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly IDisposable? _subscription;
    private readonly ITimer _timer;
    private RetrainingMemory _memory = new();
    private RetrainingStatus _status;
    private string? _trouble;
    private long _newLabels;
    private bool _running;
    private bool _opened;
    private bool _disposed;

    internal RetrainingTrigger(
        IModelRunner runner, string modelName, StageOptions<RetrainingOptions> options, TimeProvider clock, ModelConditions? conditions, RetrainingInstruments instruments, WebhookClients clients, ILogger logger)
    {
        _runner = runner;
        _modelName = modelName;
        _options = options;
        _clock = clock;
        _conditions = conditions;
        _instruments = instruments;
        _clients = clients;
        _logger = logger;
        string folder = Path.GetFullPath(PathPattern.Fill(options.Current.Directory, modelName));
        _file = new RetrainingStateFile(folder);
        _writer = new BundleWriter(folder);
        IOutcomeFeed? feed = runner.GetService<IOutcomeFeed>();
        if (feed is null && options.Current.MinimumLabels > 0)
        {
            throw new InferenceException($"Model '{modelName}': UseRetraining expects UseFeedback inside it, since it waits for {options.Current.MinimumLabels} labels, and found none. Add UseFeedback, or set MinimumLabels to 0.");
        }

        Open();
        _status = new RetrainingStatus { ModelName = _modelName, State = RetrainingState.Idle, Labels = _memory.Labels, LastStarted = _memory.LastStarted, LastSucceeded = _memory.LastSucceeded, LastError = _memory.LastError };
        _subscription = feed?.Subscribe(this);
        TimeSpan interval = options.Current.CheckInterval;
        _timer = clock.CreateTimer(static trigger => ((RetrainingTrigger)trigger!).OnTimer(), this, interval, interval);
    }

    /// <inheritdoc/>
    public RetrainingStatus Status => Volatile.Read(ref _status);

    /// <summary>What runs; completed if nothing does.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public void Request(string actor, string reason)
    {
        // As for decisions about versions.
        const int MostActor = 128, MostReason = 1_024;
        ArgumentException.ThrowIfNullOrWhiteSpace(actor);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (actor.Length > MostActor || reason.Length > MostReason || actor.Any(char.IsControl) || reason.Any(char.IsControl))
        {
            throw new ArgumentException($"Expected an actor of at most {MostActor} and a reason of at most {MostReason} characters without control characters.", nameof(reason));
        }

        LogRequested(_logger, _modelName, actor, reason);
        lock (_lock)
        {
            _memory = RetrainingPlan.With(_memory, new RetrainingReason(RetrainingReason.Request, _clock.GetUtcNow(), $"asked for by {actor}: {reason}"));
        }

        Check();
    }

    /// <summary>Looks for reasons now rather than at the next interval, and begins if there is one and nothing is waited for.</summary>
    public void Check()
    {
        RetrainingOptions options = _options.Current;
        CronSchedule.TryParse(options.Schedule, options.TimeZone, out CronSchedule? schedule, out _);
        DateTimeOffset now = _clock.GetUtcNow();
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _memory = _memory with { Labels = _memory.Labels + Interlocked.Exchange(ref _newLabels, 0) };
            if (!Open())
            {
                Tell(_memory.Reasons.Count > 0 ? RetrainingState.Waiting : RetrainingState.Idle, _trouble ?? "", schedule);
                return;
            }

            Keep(options, now);
            (RetrainingSignals signals, RetrainingMemory memory) = _source.Read(_runner, options, _memory, now);
            (memory, bool begin, RetrainingState state, string description) = RetrainingPlan.Check(memory, signals, options, schedule, now);
            _memory = memory;
            if (_running)
            {
                // What came meanwhile waits.
                Save();
                Tell(RetrainingState.Running, _status.Description, schedule);
                return;
            }

            if (begin)
            {
                _memory = RetrainingPlan.Begin(_memory, now);
                _running = true;
                description = string.Join("; ", _memory.Running.Select(static r => r.Text));
                LogBegun(_logger, _modelName, description);
            }

            Save();
            Tell(state, description, schedule);
            if (begin)
            {
                Completion = Task.Run(() => RunAsync(signals, options));
            }
        }
    }

    /// <inheritdoc/>
    public void OnJoined(in JoinedOutcome outcome)
    {
        if (outcome.Replaced is null && outcome.Name == _options.Current.Label)
        {
            Interlocked.Increment(ref _newLabels);
        }
    }

    /// <summary>Ends it: what runs is cancelled, and is a reason again when the model is loaded the next time.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _memory = _memory with { Labels = _memory.Labels + Interlocked.Exchange(ref _newLabels, 0) };
            Save();
        }

        // Kills the command, on this thread.
        _ended.Cancel();
        _ = Completion.ContinueWith(static (_, file) => ((RetrainingStateFile)file!).Dispose(), _file, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _timer.Dispose();
        _subscription?.Dispose();
        _options.Dispose();
        _conditions?.Clear(this);
    }

    /// <summary>Ends it, and waits until what runs has been cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await Task.WhenAny(Completion, Task.Delay(s_longestEnd, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
    }

    private void OnTimer()
    {
        try
        {
            Check();
        }
#pragma warning disable CA1031 // A timer's exception would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogCheckFailed(_logger, _modelName, exception);
        }
    }

    private async Task RunAsync(RetrainingSignals signals, RetrainingOptions options)
    {
        string? error;
        try
        {
            error = await RetrainAsync(signals, options).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The state says that it ran: it is a reason again.
            return;
        }
#pragma warning disable CA1031 // Whatever a store or a trainer throws, it is tried again after the cool-down.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            error = $"{exception.GetType().Name}: {exception.Message}";
        }

        lock (_lock)
        {
            _running = false;
            _memory = RetrainingPlan.End(_memory, error, _clock.GetUtcNow()) with { Mark = null };
            Save();
            CronSchedule.TryParse(options.Schedule, options.TimeZone, out CronSchedule? schedule, out _);
            Tell(_memory.Reasons.Count > 0 ? RetrainingState.Waiting : RetrainingState.Idle, error is null ? "" : $"The last retraining failed: {error}", schedule);
        }

        _instruments.Ended(error is null);
        Trouble(error is null ? null : $"Retraining failed: {error}");
        if (error is null)
        {
            LogSucceeded(_logger, _modelName);
        }
        else
        {
            LogFailed(_logger, _modelName, error);
        }
    }

    private async Task<string?> RetrainAsync(RetrainingSignals signals, RetrainingOptions options)
    {
        (RetrainingBundle bundle, BundleRecord record) = await BundleAsync(signals, options).ConfigureAwait(false);
        try
        {
            return await HandOverAsync(bundle, record, options).ConfigureAwait(false);
        }
        finally
        {
            Keep(options, _clock.GetUtcNow());
        }
    }

    private async Task<(RetrainingBundle Bundle, BundleRecord Record)> BundleAsync(RetrainingSignals signals, RetrainingOptions options)
    {
        await _bundles.WaitAsync(_ended.Token).ConfigureAwait(false);
        try
        {
            return await BundleCoreAsync(signals, options).ConfigureAwait(false);
        }
        finally
        {
            _bundles.Release();
        }
    }

    private async Task<(RetrainingBundle Bundle, BundleRecord Record)> BundleCoreAsync(RetrainingSignals signals, RetrainingOptions options)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        var rows = new LabelledRows(options.Label, options.MaxRows);
        if (_runner.GetService<IOutcomeFeed>() is { } feed)
        {
            await foreach (JoinedOutcome outcome in feed.ReadJoinedAsync(now - options.LabelWindow, now + TimeSpan.FromDays(1), _ended.Token).ConfigureAwait(false))
            {
                rows.Add(outcome);
            }

            rows.Close();
        }

        ModelMonitor? monitor = _runner.GetService<ModelMonitor>();
        ModelInfo model = _runner.Info;
        IReadOnlyList<RetrainingReason> reasons;
        string? previous;
        lock (_lock)
        {
            (reasons, previous) = (_memory.Running, _memory.LastBundle);
        }

        (BundleRecord record, string path) = _writer.Write(
            new BundleRecord
            {
                Id = "",
                At = now,
                Reasons = reasons,
                Performance = signals.Performance,
                Lineage = new BundleLineage(_modelName, model.Version, model.Digest, monitor?.Profile?.Digest ?? "", previous, rows.Span?.From, rows.Span?.To, rows.Count, rows.Versions),
                Files = [],
            },
            rows, monitor?.Profile, monitor?.Read(now - options.LabelWindow, now + TimeSpan.FromDays(1)));
        var bundle = new RetrainingBundle
        {
            Id = record.Id, Path = path, ModelName = _modelName, ModelVersion = model.Version, ModelDigest = model.Digest, Reasons = reasons, At = now, LabelledRows = rows.Count,
            LabelsPath = rows.Count > 0 ? Path.Combine(path, "labels.npz") : null,
        };
        lock (_lock)
        {
            _memory = _memory with { LastBundle = record.Id };
            Save();
        }

        LogBundle(_logger, _modelName, path, rows.Count);
        return (bundle, record);
    }

    private async Task<string?> HandOverAsync(RetrainingBundle bundle, BundleRecord record, RetrainingOptions options)
    {
        if (options.Run is { } run)
        {
            using var limit = new CancellationTokenSource(options.Timeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ended.Token);
            try
            {
                await Task.Run(() => run(bundle, either.Token).AsTask(), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !_ended.IsCancellationRequested)
            {
                return $"Run did not end within {options.Timeout}";
            }
        }

        if (options.Command.FileName is { Length: > 0 })
        {
            // A process that starts after a crash ends what the command left.
            string mark = Guid.NewGuid().ToString("N");
            lock (_lock)
            {
                _memory = _memory with { Mark = mark };
                Save();
            }

            CommandResult result = await CommandRun.RunAsync(options.Command, bundle, mark, _writer.WorkOf(bundle.Id), _clock, _ended.Token).ConfigureAwait(false);
            LogOutput(_logger, _modelName, result.Output);
            if (result.Error is not null)
            {
                return result.Error;
            }
        }

        return options.Webhook.Url is null ? null : await RetrainingPost.SendAsync(options.Webhook, _clients, new BundleNotice("retraining", bundle.Path, record), _clock, _ended.Token).ConfigureAwait(false);
    }

    // The caller holds the lock.
    private void Save()
    {
        if (!_opened)
        {
            return;
        }

        try
        {
            _file.Write(_memory);
        }
        catch (MonitoringException exception)
        {
            LogUnwritten(_logger, _modelName, exception.Message);
            Trouble(exception.Message);
        }
    }

    private void Tell(RetrainingState state, string description, CronSchedule? schedule)
    {
        var status = new RetrainingStatus
        {
            ModelName = _modelName,
            State = state,
            Description = description,
            Reasons = [.. _memory.Reasons.Concat(_memory.Running).Select(static r => $"{r.Kind}: {r.Text}")],
            Labels = _memory.Labels,
            NextScheduled = _memory.ScheduledAt is { } last ? schedule?.After(last) : null,
            LastStarted = _memory.LastStarted,
            LastSucceeded = _memory.LastSucceeded,
            LastBundle = _memory.LastBundle,
            LastError = _memory.LastError,
        };
        Volatile.Write(ref _status, status);
        _instruments.State(status);
    }

    private void Trouble(string? trouble)
    {
        if (trouble is null && _trouble is not null)
        {
            _conditions?.Clear(this);
        }
        else if (trouble is not null)
        {
            _conditions?.Set(this, trouble);
        }

        _trouble = trouble;
    }

    [LoggerMessage(1, LogLevel.Information, "Model '{Model}': '{Actor}' asks for retraining: {Reason}")]
    private static partial void LogRequested(ILogger logger, string model, string actor, string reason);

    [LoggerMessage(2, LogLevel.Information, "Model '{Model}': retraining begins: {Reasons}")]
    private static partial void LogBegun(ILogger logger, string model, string reasons);

    [LoggerMessage(3, LogLevel.Information, "Model '{Model}': bundle {Path} with {Rows} labelled rows.")]
    private static partial void LogBundle(ILogger logger, string model, string path, long rows);

    [LoggerMessage(4, LogLevel.Information, "Model '{Model}': retraining succeeded.")]
    private static partial void LogSucceeded(ILogger logger, string model);

    [LoggerMessage(5, LogLevel.Error, "Model '{Model}': retraining failed and is tried again after the cool-down: {Reason}")]
    private static partial void LogFailed(ILogger logger, string model, string reason);

    [LoggerMessage(6, LogLevel.Warning, "Model '{Model}': a retraining was interrupted by the end of the process; it is a reason again.")]
    private static partial void LogInterrupted(ILogger logger, string model);

    [LoggerMessage(7, LogLevel.Warning, "Model '{Model}': {Damage}")]
    private static partial void LogDamaged(ILogger logger, string model, string damage);

    [LoggerMessage(8, LogLevel.Error, "Model '{Model}': the state of retraining is not kept: {Reason}")]
    private static partial void LogUnwritten(ILogger logger, string model, string reason);

    [LoggerMessage(9, LogLevel.Error, "Model '{Model}': reasons for retraining could not be looked for.")]
    private static partial void LogCheckFailed(ILogger logger, string model, Exception exception);

    [LoggerMessage(10, LogLevel.Debug, "Model '{Model}': the last output of the command of retraining: {Output}")]
    private static partial void LogOutput(ILogger logger, string model, string output);

    [LoggerMessage(11, LogLevel.Warning, "Model '{Model}': old bundles could not be deleted: {Reason}")]
    private static partial void LogNotDeleted(ILogger logger, string model, string reason);
}
