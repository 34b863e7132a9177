using Inference.Diagnostics;

namespace Inference.Versioning.Measuring;

/// <summary>
/// The innermost runner of a version: measures how long the model itself runs, beneath the caches, queues and fallbacks around it, and reports it to the trial that compares versions, and to the call's record under
/// <c>model:NAME</c>. A joint run of several calls is measured once.
/// </summary>
internal class ModelTimer(IModelRunner inner, TimeProvider clock) : DelegatingModelRunner(inner)
{
    private IRunObserver? _observer;

    /// <summary>The name of the model's own time in <see cref="RunRecord.Timings"/>. A call without it was answered without the model.</summary>
    public string Timing { get; } = $"model:{inner.Info.Name}";

    /// <summary>The files of the version; null for none.</summary>
    public IModelFiles? Files { get; init; }

    /// <summary>Receives the times; null for nobody.</summary>
    public IRunObserver? Observer
    {
        get => Volatile.Read(ref _observer);
        set => Volatile.Write(ref _observer, value);
    }

    /// <summary>Puts a timer around a model. Stages recognise a model that calls no other runner by <see cref="IBindable"/>, which the timer therefore implements if the model does.</summary>
    public static ModelTimer Around(IModelRunner model, TimeProvider clock, IModelFiles? files = null) => model is IBindable bindable ? new Bindable(model, bindable, clock) { Files = files } : new ModelTimer(model, clock) { Files = files };

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        RunAsync(Inner, inputs, context, cancellationToken);

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is null && serviceType == typeof(IModelFiles) && Files is { } files)
        {
            return files;
        }

        object? service = base.GetService(serviceType, serviceKey);
        return serviceType == typeof(IModelSplitter) && service is IModelSplitter splitter ? new Splitter(splitter, this) : service;
    }

    private ValueTask<NamedValues> RunAsync(IModelRunner model, NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        IRunObserver? observer = Observer;
        if (observer is null && context is null)
        {
            return model.RunAsync(inputs, context, cancellationToken);
        }

        // Inputs may be the caller's again when the run has ended.
        long kind = observer is null ? 0 : RunKind.Of(inputs);
        long cpu = observer is { MeasuresCost: true } ? ThreadCpuClock.Now() : -1;
        long started = clock.GetTimestamp();
        ValueTask<NamedValues> run = model.RunAsync(inputs, context, cancellationToken);
        if (!run.IsCompleted)
        {
            return AwaitAsync(run, observer, kind, started, context);
        }

        End(observer, kind, started, context, run.IsCompletedSuccessfully || run.IsCanceled, cpu < 0 ? double.NaN : (ThreadCpuClock.Now() - cpu) * 1e-9);
        return run;
    }

    private async ValueTask<NamedValues> AwaitAsync(ValueTask<NamedValues> run, IRunObserver? observer, long kind, long started, RunContext? context)
    {
        bool counts = false;
        try
        {
            NamedValues outputs = await run.ConfigureAwait(false);
            counts = true;
            return outputs;
        }
        catch (OperationCanceledException)
        {
            counts = true;
            throw;
        }
        finally
        {
            // Which threads worked for it is not known.
            End(observer, kind, started, context, counts, double.NaN);
        }
    }

    // The time until a run was cancelled is a lower bound of its time, in both arms alike. A run that failed says nothing about the time.
    private void End(IRunObserver? observer, long kind, long started, RunContext? context, bool counts, double cost)
    {
        TimeSpan elapsed = clock.GetElapsedTime(started);
        context?.Record.AddTiming(Timing, elapsed);
        if (counts)
        {
            observer?.Ran(kind, elapsed.TotalSeconds, cost);
        }
    }

    private sealed class Bindable(IModelRunner inner, IBindable bindable, TimeProvider clock) : ModelTimer(inner, clock), IBindable
    {
        public BoundRun Bind() => bindable.Bind();
    }

    /// <summary>Of a split model, the rest is measured: it runs for every call that the branch's cache does not answer.</summary>
    private sealed class Splitter(IModelSplitter inner, ModelTimer timer) : IModelSplitter
    {
        public ModelSplit? Split(IReadOnlyCollection<string> branchInputs) =>
            inner.Split(branchInputs) is { } split ? new ModelSplit(split.Branch, new Rest(split.Rest, timer)) : null;
    }

    private sealed class Rest(IModelRunner inner, ModelTimer timer) : DelegatingModelRunner(inner)
    {
        public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
            timer.RunAsync(Inner, inputs, context, cancellationToken);
    }
}
