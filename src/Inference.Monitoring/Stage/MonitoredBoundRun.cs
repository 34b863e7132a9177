namespace Inference.Monitoring.Stage;

/// <summary>A bound run whose rows are counted after each run. It is in use until they are counted, so that nobody writes to the tensors or releases them meanwhile.</summary>
internal sealed class MonitoredBoundRun(BoundRun inner, ModelMonitor monitor) : BoundRun
{
    private readonly NamedValues _inputs = new();
    private readonly NamedValues _outputs = new();

    public override void SetInput(string name, TensorValue value)
    {
        BeginUse();
        try
        {
            inner.SetInput(name, value);

            // As the run itself does: borrowed memory is read in place, and of owned memory a reference is kept, because the caller may dispose its own.
            ModelValue? before = _inputs.TryGetValue(name, out ModelValue? bound) ? bound : null;
            _inputs.SetValue(name, value.IsBorrowed ? value : value.Retain());
            Drop(before);
        }
        finally
        {
            EndUse();
        }
    }

    public override void Run(CancellationToken cancellationToken = default)
    {
        BeginUse();
        try
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
        finally
        {
            EndUse();
        }
    }

    public override ModelValue GetOutputValue(string name)
    {
        RequireIdle();
        return inner.GetOutputValue(name);
    }

    public override void Dispose() => Close();

    protected override void Release()
    {
        foreach ((_, ModelValue value) in _inputs)
        {
            Drop(value);
        }

        inner.Dispose();
    }

    private static void Drop(ModelValue? bound)
    {
        if (bound is TensorValue { IsBorrowed: false })
        {
            bound.Dispose();
        }
    }
}
