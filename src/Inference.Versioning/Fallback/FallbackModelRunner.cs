using System.Globalization;
using System.Runtime.ExceptionServices;
using Inference.Versioning.Repository;
using Inference.Versioning.Running;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Fallback;

/// <summary>
/// Tries the inner runner and, if it fails, is too slow or its circuit is open, the next target in the chain. An attempt that exceeds its time limit is
/// detached: the caller gets the next target's answer at once, while the attempt keeps its version and its inputs until it ends.
/// </summary>
/// <remarks>Thread-safe. Rows may reach a model more than once, by the nature of a fallback. Invalid inputs and cancelled calls do not fall back.</remarks>
internal sealed class FallbackModelRunner : DelegatingModelRunner, IModelStatus, IStartupCheck
{
    // Timers take 2³¹ − 1 ms, 24.8 days, and some not more.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(24);
    private readonly FallbackChain _chain;
    private readonly FallbackRate _rate;
    private readonly ILogger _logger;
    private readonly Func<FallbackOptions> _options;
    private readonly TimeProvider _clock;
    private readonly FallbackInstruments _instruments;
    private readonly IDisposable? _owned;
    private readonly RepositoryController? _versions;

    /// <param name="inner">The inner runner; the first target.</param>
    /// <param name="chain">The chain, including the inner runner.</param>
    /// <param name="options">Returns the current options.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="instruments">Owned.</param>
    /// <param name="logger">Told when the fallback answers a large share of the calls.</param>
    /// <param name="owned">Disposed with this; may be null.</param>
    public FallbackModelRunner(IModelRunner inner, FallbackChain chain, Func<FallbackOptions> options, TimeProvider clock, FallbackInstruments instruments, ILogger logger, IDisposable? owned)
        : base(inner)
    {
        _chain = chain;
        chain.Own(this);
        _rate = new FallbackRate(clock);
        _logger = logger;
        _options = options;
        _clock = clock;
        _instruments = instruments;
        _owned = owned;
        _versions = inner.GetService<VersionedModelRunner>()?.Controller;
        if (_versions is not null)
        {
            _versions.DefaultChanged += OnDefaultChanged;
        }
    }

    /// <summary>Detached attempts that still run.</summary>
    public int Detached => _chain.Targets.Sum(t => t.Detached.Running);

    /// <summary>The runners of the other models in the chain.</summary>
    public IEnumerable<IModelRunner> Others => _chain.Targets.Select(t => t.Other).OfType<IModelRunner>();

    public ModelState State
    {
        get
        {
            FallbackTarget[] targets = _chain.Targets;
            return Array.TrueForAll(targets, t => t.Circuit.IsOpen) ? ModelState.Failed
                : targets[0].Circuit.IsOpen || AnswersMuch ? ModelState.Degraded
                : Inner.GetService<IModelStatus>()?.State ?? ModelState.Ready;
        }
    }

    public string Description => string.Join(" ", new[]
    {
        _chain.Targets[0].Circuit.IsOpen ? $"Model '{Info.Name}' answers from its fallback: the circuit of '{_chain.Targets[0].Name}' is open." : "",
        AnswersMuch ? string.Create(CultureInfo.InvariantCulture, $"Model '{Info.Name}': the fallback answered {_rate.Share:P0} of the calls of the last minute (DegradedShare {_options().DegradedShare:P0}).") : "",
        Inner.GetService<IModelStatus>()?.Description ?? "",
    }).Trim();

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return RunChainAsync(inputs, context ?? new RunContext(), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellationToken = default)
    {
        foreach (FallbackTarget target in _chain.Targets)
        {
            await target.CheckAsync(cancellationToken).ConfigureAwait(false);
        }

        if (Inner.GetService<IStartupCheck>() is { } below)
        {
            await below.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        // Bound runs and split models do not support a fallback.
        serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        Release();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Release();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<NamedValues> RunChainAsync(NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        FallbackOptions options = _options();
        FallbackTarget[] targets = _chain.Targets;
        Exception? first = null;
        string? failedVersion = null;
        // Borrowed inputs are copied once, not for each attempt.
        NamedValues? retained = options.AttemptTimeout is not null || context.Deadline is not null ? inputs.Retain() : null;
        try
        {
            for (int i = 0; i < targets.Length; i++)
            {
                FallbackTarget target = targets[i];
                bool isLast = i == targets.Length - 1;
                TimeSpan? limit = Limit(options, context, targets.Length - 1 - i);
                string reason;
                // Attempts that hang on a canary, or on a version that was rolled back, do not keep calls from the default.
                int detached = i == 0 && _versions?.Table is { } table ? target.Detached.RunningOn(table.Default.Version) : target.Detached.Running;
                if (limit is not null && detached >= options.MaxDetached && options.MaxDetached > 0)
                {
                    reason = "shed";
                    first ??= new OverloadedException($"Model '{Info.Name}': expected fewer than MaxDetached = {options.MaxDetached} detached attempts on '{target.Name}', got {detached}; no further attempt was started. Retry later, raise MaxDetached, or add a faster target.") { Limit = options.MaxDetached };
                }
                else if (limit <= TimeSpan.Zero)
                {
                    reason = "deadline";
                    first ??= new DeadlineExceededException($"Model '{Info.Name}': the deadline {context.Deadline:O} leaves no time for '{target.Name}'. Set a later deadline, or lower Reserve.") { Deadline = context.Deadline };
                }
                else if (!target.Circuit.TryEnter(out long pass))
                {
                    reason = "open";
                }
                else
                {
                    var attempt = new Attempt(target, retained ?? inputs, context, limit is null ? context : Copy(context), failedVersion, limit, options.MaxDetached);
                    try
                    {
                        NamedValues outputs = await attempt.RunAsync(cancellationToken).ConfigureAwait(false);
                        target.Circuit.Exit(pass, CallEnd.Succeeded);
                        Merge(context, attempt.Context);
                        if (i > 0)
                        {
                            context.Record.AddStep($"fallback:{target.Name}");
                        }

                        Count(i > 0, options);

                        return outputs;
                    }
                    catch (Exception exception)
                    {
                        bool failed = TargetCircuit.IsFailure(exception, cancellationToken);
                        target.Circuit.Exit(pass, failed ? CallEnd.Failed : CallEnd.Unknown);
                        if (!failed && first is not null && exception is not OperationCanceledException)
                        {
                            // The call was cancelled meanwhile, or its inputs do not suit this target: that it had nothing better is not what went wrong.
                            break;
                        }

                        if (!failed || (isLast && first is null && exception is not AttemptTimeoutException))
                        {
                            throw;
                        }

                        reason = exception is DeadlineExceededException ? "deadline" : exception is OverloadedException ? "shed" : "error";
                        first ??= exception;
                        failedVersion = attempt.Context.Record.VersionServed ?? failedVersion;
                    }
                }

                _instruments.Step(target.Name, reason);
                context.Record.AddStep($"fallback:{reason}");
            }
        }
        finally
        {
            retained?.Dispose();
        }

        return Fail(first);
    }

    private bool AnswersMuch => _rate.Share >= _options().DegradedShare;

    private void Count(bool byFallback, FallbackOptions options)
    {
        if (_rate.Count(byFallback, options.DegradedShare))
        {
            VersioningLog.FallbackAnswers(_logger, Info.Name, _rate.Share);
        }
    }

    private NamedValues Fail(Exception? first)
    {
        if (first is AttemptTimeoutException)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': {first.Message}", first);
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        throw new OverloadedException($"Model '{Info.Name}': the circuits of all targets are open ({string.Join(", ", _chain.Targets.Select(t => $"'{t.Name}'"))}) because most of their recent calls failed. Retry later.");
    }

    private TimeSpan? Limit(FallbackOptions options, RunContext context, int targetsLeft)
    {
        TimeSpan? limit = options.AttemptTimeout;
        if (context.Deadline is { } deadline)
        {
            TimeSpan left = deadline - _clock.GetUtcNow() - options.Reserve * targetsLeft;
            limit = limit is { } own && own < left ? own : left;
        }

        // Timers are limited to about 49 days.
        return limit > s_longest ? s_longest : limit;
    }

    private static RunContext Copy(RunContext context) => new()
    {
        Deadline = context.Deadline,
        Priority = context.Priority,
        RoutingKey = context.RoutingKey,
        Tenant = context.Tenant,
        Subject = context.Subject,
        BypassCache = context.BypassCache,
        Sequence = context.Sequence,
    };

    private static void Merge(RunContext to, RunContext from)
    {
        if (to == from)
        {
            return;
        }

        to.Record.VersionServed = from.Record.VersionServed;
        to.Record.Arm = from.Record.Arm;
        to.Record.Placement = from.Record.Placement;
        foreach (string step in from.Record.Path)
        {
            to.Record.AddStep(step);
        }

        foreach ((string layer, TimeSpan elapsed) in from.Record.Timings)
        {
            to.Record.AddTiming(layer, elapsed);
        }
    }

    private void OnDefaultChanged()
    {
        foreach (FallbackTarget target in _chain.Targets)
        {
            target.Circuit.Close();
        }
    }

    private void Release()
    {
        if (_versions is not null)
        {
            _versions.DefaultChanged -= OnDefaultChanged;
        }

        _owned?.Dispose();
        _instruments.Dispose();
    }

    private sealed record Attempt(FallbackTarget Target, NamedValues Inputs, RunContext Call, RunContext Context, string? FailedVersion, TimeSpan? Limit, int MaxDetached)
    {
        public ValueTask<NamedValues> RunAsync(CancellationToken cancellationToken) => Limit is { } limit
            ? Target.Detached.RunAsync(Target, Inputs, Context, FailedVersion, new AttemptLimit(limit, Context, Call), MaxDetached, cancellationToken)
            : Target.RunAsync(Inputs, Context, FailedVersion, cancellationToken);
    }
}
