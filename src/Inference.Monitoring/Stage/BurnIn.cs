namespace Inference.Monitoring.Stage;

/// <summary>Collects the rows that a profile is learned from. Thread-safe.</summary>
internal sealed class BurnIn(ModelInfo info, int rows, string? segmentColumn) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ReferenceProfileBuilder _builder = new(info, new ReferenceProfileOptions { SegmentColumn = segmentColumn, Source = "burn-in" });
    private bool _complete;

    /// <summary>Adds the rows of a call.</summary>
    /// <returns>True once: for the call that completes the rows.</returns>
    public bool Add(NamedValues inputs, NamedValues outputs)
    {
        lock (_lock)
        {
            if (_complete)
            {
                return false;
            }

            _builder.Add(inputs, outputs);
            _complete = _builder.Rows >= rows;
            return _complete;
        }
    }

    /// <summary>The profile of the rows.</summary>
    /// <exception cref="MonitoringException">No profile can be made of them.</exception>
    public ReferenceProfile Build()
    {
        lock (_lock)
        {
            return _builder.Build();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _complete = true;
            _builder.Dispose();
        }
    }
}
