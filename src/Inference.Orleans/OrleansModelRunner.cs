using System.Globalization;
using Inference.Feedback;
using Inference.Orleans.Balancing;
using Inference.Orleans.Configuration;
using Inference.Orleans.Feedback;
using Inference.Orleans.Loading;
using Inference.Orleans.Payloads;
using Inference.Orleans.Grains;
using Microsoft.Extensions.Options;
using Orleans;

namespace Inference.Orleans;

/// <summary>
/// A model of a cluster, as a runner: with middleware around it, it is cached, batched, monitored and replaced by a fallback like any other. Thread-safe.
/// </summary>
/// <remarks>
/// A call stays in the process if a silo here has the model loaded and fewer calls than <see cref="ClusterModelOptions.MaxLocalCalls"/>; otherwise it goes to the replica with fewer calls of two random ones. A replica that has as
/// many calls as it takes refuses, and the next one is asked. Errors: those of the model's own pipeline; <see cref="OverloadedException"/> where all replicas refused the call; <see cref="DeadlineExceededException"/> at the
/// deadline or after <see cref="ClusterModelOptions.Timeout"/>; <see cref="ClusterModelException"/> where a silo was lost with the call and <see cref="ClusterModelOptions.Retry"/> is false.
/// </remarks>
public sealed class OrleansModelRunner : IModelRunner
{
    // Between questions to a cluster that is not there yet: starting takes seconds.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly ClusterModelOptions _options;
    private readonly ModelSlot? _local;
    private readonly ClusterCalls _calls;
    private readonly ClusterFeedback? _feedback;
    private readonly TimeProvider _clock;
    private int _disposed;

    private OrleansModelRunner(ModelInfo info, bool takesFeedback, ReplicaSet replicas, ModelSlot? local, ClusterModelOptions options, TimeProvider clock)
    {
        (Info, _local, _options, _clock) = (info, local, options, clock);
        _calls = new ClusterCalls(info.Name, replicas, options, clock);
        _feedback = takesFeedback ? new ClusterFeedback(info.Name, replicas, options, clock) : null;
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Opens a model of a cluster: asks a replica to describe it, which loads it there.</summary>
    /// <param name="name">The model's name here; in the cluster too, unless <see cref="ClusterModelOptions.Model"/> says otherwise.</param>
    /// <param name="grains">The cluster, such as an <see cref="IClusterClient"/>; not owned.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="OptionsValidationException">The options are not valid.</exception>
    /// <exception cref="ModelLoadException">No silo describes the model.</exception>
    public static ValueTask<OrleansModelRunner> ConnectAsync(string name, IGrainFactory grains, Action<ClusterModelOptions>? configure = null, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(grains);
        var options = new ClusterModelOptions();
        configure?.Invoke(options);
        ValidateOptionsResult result = new ClusterModelOptionsValidator().Validate(name, options);
        return result.Failed
            ? throw new OptionsValidationException(name, typeof(ClusterModelOptions), result.Failures)
            : ConnectAsync(name, grains, local: null, options, clock ?? TimeProvider.System, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

        // A sequence stays where its states are, which its id says.
        return _local is { } local && context?.Sequence is null && local.TryEnter(_options.MaxLocalCalls)
            ? RunLocalAsync(local, inputs, context, cancellationToken)
            : RunInClusterAsync(inputs, context, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null : serviceType == typeof(IFeedback) ? _feedback : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Later calls are refused; the cluster and calls in flight go on.</summary>
    public void Dispose() => Interlocked.Exchange(ref _disposed, 1);

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal static async ValueTask<OrleansModelRunner> ConnectAsync(string name, IGrainFactory grains, LoadedModels? local, ClusterModelOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        string model = options.Model ?? name;
        ModelDescription description = await DescribeAsync(name, model, grains, local?.Opened ?? Task.CompletedTask, options.Timeout, clock, cancellationToken).ConfigureAwait(false);
        return description.Fault is { } fault
            ? throw new ModelLoadException(fault.Message)
            : new OrleansModelRunner(description.ToInfo(name), description.TakesFeedback, new ReplicaSet(grains, model, clock), local?.Find(model), options, clock);
    }

    // Asked again until the time is up: a host may begin with its models before it is connected to the cluster, and the first silo may still be starting. A silo of this process is waited for.
    private static async ValueTask<ModelDescription> DescribeAsync(string name, string model, IGrainFactory grains, Task opened, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await opened.WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
                TimeSpan left = limit - clock.GetElapsedTime(began);
                return await grains.GetGrain<IReplicaGrain>(ReplicaKey.Of(model, 0)).DescribeAsync().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                if (clock.GetElapsedTime(began) + s_pause >= limit)
                {
                    throw new ModelLoadException($"Model '{name}': expected a silo that describes '{model}' within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s, got {exception.GetType().Name}: {exception.Message} Start silos, and connect this process to their cluster.", exception);
                }
            }

            await Task.Delay(s_pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<NamedValues> RunLocalAsync(ModelSlot local, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        context?.Record.AddStep("cluster:local");
        ValueTask<NamedValues> run = local.RunAsync(inputs, context, cancellationToken);
        return run.IsCompletedSuccessfully ? run : OrInClusterAsync(run, inputs, context, cancellationToken);
    }

    // The queue of a pipeline here may be full before its silo is.
    private async ValueTask<NamedValues> OrInClusterAsync(ValueTask<NamedValues> run, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        catch (OverloadedException)
        {
            return await RunInClusterAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<NamedValues> RunInClusterAsync(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset deadline = now + _options.Timeout;
        deadline = context?.Deadline < deadline ? context.Deadline!.Value : deadline;
        if (deadline <= now)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': the deadline {deadline:O} passed before the call was sent.") { Deadline = deadline };
        }

        // A message may be written after this call has ended: what it refers to must live.
        var call = ReplicaCall.Make(inputs.Retain(), deadline - now, CallSettings.Of(context));
        call.PredictionId = context is not null && _feedback is not null ? context.Record.PredictionId : Guid.Empty;
        using var timer = new CancellationTokenSource(deadline - now, _clock);
        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken) : null;
        try
        {
            return await _calls.RunAsync(call, context, (linked ?? timer).Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': expected an answer of the cluster before {deadline:O}, got none.", exception) { Deadline = deadline };
        }
        finally
        {
            call.Settle();
        }
    }
}
