namespace Inference.Monitoring.Stage;

/// <summary>A bound run whose rows are counted after each run.</summary>
internal sealed class MonitoredBoundRun(BoundRun inner, ModelMonitor monitor) : BoundRun
{
    private readonly NamedValues _inputs = new();
    private readonly NamedValues _outputs = new();

    public override void SetInput(string name, TensorValue value)
    {
        inner.SetInput(name, value);
        _inputs.SetValue(name, value);
    }

    public override void Run(CancellationToken cancellationToken = default)
    {
        long begun = monitor.Begin();
        try
        {
            inner.Run(cancellationToken);
        }
        catch
        {
            monitor.ObserveFailure();
            throw;
        }

        monitor.ObserveBound(inner, _inputs, _outputs, begun);
    }

    public override ModelValue GetOutputValue(string name) => inner.GetOutputValue(name);

    public override void Dispose() => inner.Dispose();
}
