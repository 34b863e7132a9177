using Inference.Decisions;
using Inference.Feedback;
using Inference.Status;
using Inference.Versioning.Canary;
using Inference.Versioning.Repository;
using Inference.Versioning.Routing;
using Inference.Versioning.Running;

namespace Inference.Versioning;

/// <summary>
/// Serves the versions of a model: each call holds a lease on the version that it is routed to, so that a version is unloaded only after its last call, and no call
/// fails because versions are replaced. Created by <see cref="ModelRepository.OpenAsync"/> or by <c>UseVersioning</c>.
/// </summary>
/// <remarks>
/// Thread-safe. <see cref="Info"/> describes the default version. <see cref="GetService"/> with a version or label as key and <see cref="IModelRunner"/> as type returns a runner bound to it;
/// other services are those of the stages around the requested version (the default version if no key is given), and end with that version;
/// <see cref="IErasable"/> erases from the stages of all loaded versions, and records it in the decision log;
/// <see cref="IBindable"/> binds to the version that is the default at that moment and keeps it loaded until the bound run is disposed.
/// </remarks>
public sealed class VersionedModelRunner : IModelRunner, IModelStatus
{
    // Nobody waits so long; the sum of a longer limit and the time could exceed what a date holds.
    private static readonly TimeSpan s_longestLimit = TimeSpan.FromDays(1);

    private readonly RepositoryController _controller;
    private readonly RepositoryWatcher? _watcher;
    private readonly VersionErasure _erasure;
    private readonly SecondOpinion _secondOpinion;
    private readonly List<IDisposable> _owned = [];
    private Task? _closed;

    internal VersionedModelRunner(RepositoryController controller, bool watch)
    {
        _controller = controller;
        _erasure = new VersionErasure(controller);
        _secondOpinion = new SecondOpinion(this, controller.Setup.Clock);
        _watcher = watch ? new RepositoryWatcher(controller) : null;
    }

    /// <summary>The versions of the model, and the operations that change them.</summary>
    public IModelVersions Versions => _controller;

    /// <summary>Describes the default version.</summary>
    public ModelInfo Info => Table().Default.Info;

    /// <inheritdoc/>
    public ModelState State => _controller.Status.State;

    /// <inheritdoc/>
    public string Description => _controller.Status.Description;

    internal RepositoryController Controller => _controller;

    /// <inheritdoc/>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        Route route;
        do
        {
            // A version that is being unloaded is no longer in the table that replaced this one.
            route = Table().Choose(context);
        }
        while (!route.Slot.TryAcquire());
        return RunAsync(route, inputs, context, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is string name)
        {
            return serviceType == typeof(IModelRunner) ? new NamedVersionRunner(this, name) : null;
        }

        if (serviceKey is not null || serviceType == typeof(IModelSplitter))
        {
            return null;
        }

        if (serviceType == typeof(IModelVersions) || serviceType == typeof(IDecisionRecorder) || serviceType == typeof(IMergeableEvidence))
        {
            return _controller;
        }

        if (serviceType == typeof(IErasable))
        {
            return _erasure;
        }

        if (serviceType == typeof(IBindable))
        {
            return LeasedBindable.TryMake(this);
        }

        // Stages below belong to one version: request those of the others by name.
        return serviceType.IsInstanceOfType(this) ? this : _controller.Table?.Default.Runner.GetService(serviceType);
    }

    /// <summary>Changes the options of a runner created outside dependency injection; returns after the versions that they select are loaded.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are invalid; the previous ones remain in effect.</exception>
    public async ValueTask ChangeOptionsAsync(VersioningOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        _controller.SetOptions(options);
        await _controller.RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops serving. Calls in flight finish; their versions are unloaded afterwards.</summary>
    public void Dispose() => _ = CloseAsync();

    /// <summary>Stops serving, and waits until calls in flight have finished and every version is unloaded.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    /// <summary>Adds an object that is disposed with this runner.</summary>
    internal void Own(IDisposable owned) => _owned.Add(owned);

    internal RepositoryWatcher? Watcher => _watcher;

    internal RoutingTable Table() => _controller.Table ?? throw new ObjectDisposedException(nameof(VersionedModelRunner), $"Model '{_controller.ModelName}' was disposed.");

    /// <summary>Runs on a version whose lease was taken, and releases the lease.</summary>
    internal ValueTask<NamedValues> RunAsync(Route route, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        CanaryTrial? trial = route.Trial is { IsStopped: false } running ? running : null;
        if (trial is not null)
        {
            // Tells whether the model ran for the call.
            context ??= new RunContext();
        }

        if (context is not null)
        {
            context.Record.VersionServed = route.Slot.Version;
            context.Record.Arm = trial?.ArmOf(route.IsCanary) ?? route.Arm;
        }

        TrialCall? call = trial?.Begin(route.IsCanary, Expires(context), AttemptLimit.Of(context));
        CallMark mark = call is null ? default : CallMark.Of(context!.Record);
        long started = _controller.Setup.Clock.GetTimestamp();
        ValueTask<NamedValues> run;
        try
        {
            run = route.Slot.Runner.RunAsync(inputs, context, cancellationToken);
        }
        catch (Exception exception)
        {
            Finish(route, call, mark, started, exception, inputs, context, cancellationToken);
            throw;
        }

        if (!run.IsCompletedSuccessfully)
        {
            return AwaitAsync(run, route, call, mark, started, inputs, context, cancellationToken);
        }

        NamedValues outputs = run.Result;
        Offer(route, inputs, outputs, context);
        Finish(route, call, mark, started, null, inputs, context, cancellationToken);
        return new ValueTask<NamedValues>(outputs);
    }

    private async ValueTask<NamedValues> AwaitAsync(
        ValueTask<NamedValues> run, Route route, TrialCall? call, CallMark mark, long started, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            NamedValues outputs = await run.ConfigureAwait(false);
            Offer(route, inputs, outputs, context);
            return outputs;
        }
        catch (Exception exception)
        {
            error = exception;
            throw;
        }
        finally
        {
            Finish(route, call, mark, started, error, inputs, context, cancellationToken);
        }
    }

    private static void Offer(Route route, NamedValues inputs, NamedValues outputs, RunContext? context)
    {
        // Another version does not have the state that this answer depends on.
        if (context?.Sequence is not null)
        {
            return;
        }

        route.Shadow?.Offer(inputs, outputs, context, route.Slot.Version);
        route.Trial?.Offer(inputs, outputs, context, route.Slot.Version);
    }

    private void Finish(Route route, TrialCall? call, CallMark mark, long started, Exception? error, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        route.Slot.Release();
        _controller.Instruments.Call(route.Slot.Version, route.Kind, error);
        if (call is null || !route.Trial!.End(call) || route.Trial.IsStopped)
        {
            return;
        }

        CanaryTrial trial = route.Trial;
        if (error is InvalidInputException && route.IsCanary && context?.Sequence is null && _secondOpinion.TryAsk(trial, inputs, context))
        {
            return;
        }

        bool? failed = error is null
            ? mark.FellBack(context!.Record) ? true : route.Slot.Timer is not { } timer || mark.ModelRan(context.Record, timer.Timing) ? false : null
            : Failed(error, started, context, cancellationToken);
        if (failed is true && error is not null && trial.IsShared(call, error))
        {
            failed = null;
        }

        trial.Observe(route.IsCanary, failed);
    }

    // Null if the outcome says nothing about the version. Invalid inputs and deadlines that had passed before are the caller's fault; a call cancelled by its caller might have succeeded, and its model's time
    // counts nevertheless. A call that ends as cancelled although its caller did not cancel was given up below: there it took too long.
    private bool? Failed(Exception error, long started, RunContext? context, CancellationToken cancellationToken) => error switch
    {
        InvalidInputException => null,
        OperationCanceledException => cancellationToken.IsCancellationRequested ? null : true,
        DeadlineExceededException when context?.Deadline <= _controller.Setup.Clock.GetUtcNow() - _controller.Setup.Clock.GetElapsedTime(started) => null,
        _ => true,
    };

    // Where neither the deadline nor the model's time limit ends a run, the call counts although it still runs. It may wait for its turn as long as it may run.
    private DateTimeOffset? Expires(RunContext? context)
    {
        DateTimeOffset now = _controller.Setup.Clock.GetUtcNow();
        DateTimeOffset? limit = _controller.Setup.LoadOptions.MaxRunTime is { } most && most < s_longestLimit ? now + (2 * most) : null;
        return context?.Deadline is not { } deadline ? limit
            : deadline <= now ? null
            : deadline < limit ? deadline : limit ?? deadline;
    }

    private Task CloseAsync()
    {
        lock (_owned)
        {
            return _closed ??= CoreAsync();
        }

        async Task CoreAsync()
        {
            foreach (IDisposable owned in _owned)
            {
                owned.Dispose();
            }

            Task closed = _controller.CloseAsync().AsTask();
            if (_watcher is not null)
            {
                await _watcher.DisposeAsync().ConfigureAwait(false);
            }

            await closed.ConfigureAwait(false);
        }
    }
}
