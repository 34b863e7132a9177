using Inference.Status;

namespace Inference.Monitoring.Stage;

/// <summary>Passes calls through and counts the rows of those that were answered.</summary>
internal sealed class MonitoringRunner(IModelRunner inner, ModelMonitor monitor) : DelegatingModelRunner(inner)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        long begun = monitor.Begin();
        ValueTask<NamedValues> run;
        try
        {
            run = Inner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            monitor.ObserveFailure();
            throw;
        }

        if (!run.IsCompletedSuccessfully)
        {
            return ObserveAsync(run, inputs, context, begun);
        }

        NamedValues outputs = run.Result;
        monitor.Observe(inputs, outputs, context, begun, ownOutputs: true);
        return new ValueTask<NamedValues>(outputs);
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is null && (serviceType == typeof(IModelMonitor) || serviceType == typeof(ModelMonitor) || serviceType == typeof(IColumnDistributions) || serviceType == typeof(IAlertSilence) || serviceType == typeof(IMergeableWindows)))
        {
            return monitor;
        }

        if (serviceKey is null && serviceType == typeof(IBindable))
        {
            return Inner.GetService(typeof(IBindable)) is IBindable bindable ? new MonitoredBindable(bindable, monitor) : null;
        }

        return base.GetService(serviceType, serviceKey);
    }

    public override async ValueTask DisposeAsync()
    {
        await monitor.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            monitor.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<NamedValues> ObserveAsync(ValueTask<NamedValues> run, NamedValues inputs, RunContext? context, long begun)
    {
        NamedValues outputs;
        try
        {
            outputs = await run.ConfigureAwait(false);
        }
        catch
        {
            monitor.ObserveFailure();
            throw;
        }

        monitor.Observe(inputs, outputs, context, begun, ownOutputs: true);
        return outputs;
    }
}
