using Inference.Status;

namespace Inference.Monitoring.Cost;

/// <summary>Passes runs through and measures the processor time of some. Bound runs are not seen.</summary>
internal sealed class CostRunner(IModelRunner inner, CostMeter meter, StageOptions<CostOptions> options) : DelegatingModelRunner(inner)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);

        // Inputs may be the caller's again when the run has ended.
        int rows = RowsOf(inputs);
        long begun = meter.Begin();
        ValueTask<NamedValues> run = Inner.RunAsync(inputs, context, cancellationToken);
        if (run.IsCompletedSuccessfully)
        {
            meter.End(rows, begun);
        }
        else if (!run.IsCompleted)
        {
            meter.Leave(rows);
        }

        return run;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType == typeof(ICostStatus) ? meter : base.GetService(serviceType, serviceKey);
    }

    public override ValueTask DisposeAsync()
    {
        options.Dispose();
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            options.Dispose();
        }

        base.Dispose(disposing);
    }

    private int RowsOf(NamedValues inputs)
    {
        if (Info.BatchAxis is null)
        {
            return 1;
        }

        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs.GetAt(i).Value is TensorValue { Rank: > 0 } tensor)
            {
                return (int)Math.Min(tensor.Shape[0], int.MaxValue);
            }
        }

        return 1;
    }
}
