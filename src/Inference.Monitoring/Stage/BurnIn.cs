using Inference.Monitoring.Profiles;

namespace Inference.Monitoring.Stage;

/// <summary>Collects the rows that a profile is learned from: as many as asked for, or as many as a profile is learned from at most. Thread-safe.</summary>
internal sealed class BurnIn(ModelInfo info, int rows, string? segmentColumn) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ReferenceRows> _held = [];
    private long _rows;
    private long _bytes;
    private bool _complete;

    /// <summary>Adds a copy of the rows of a call: the caller may write to its tensors afterwards, and a bound run writes to its outputs again.</summary>
    /// <returns>True once: for the call that completes the rows.</returns>
    public bool Add(NamedValues inputs, NamedValues outputs)
    {
        if (Volatile.Read(ref _complete) || ReferenceProfileBuilder.CountRows(inputs, outputs) is not (> 0 and var count))
        {
            return false;
        }

        ReferenceRows copy = new ReferenceRows(inputs, outputs, null, count).Copy();
        long bytes = copy.Bytes;
        lock (_lock)
        {
            if (!_complete)
            {
                _held.Add(copy);
                _rows += count;
                _bytes += bytes;
                Volatile.Write(ref _complete, _rows >= rows || _bytes >= ReferenceProfileBuilder.MaxLearnedBytes);
                return _complete;
            }
        }

        copy.Dispose();
        return false;
    }

    /// <summary>The profile of the rows, once they are complete. Takes up to seconds.</summary>
    /// <exception cref="MonitoringException">No profile can be made of them.</exception>
    public ReferenceProfile Build()
    {
        using var builder = new ReferenceProfileBuilder(info, new ReferenceProfileOptions { SegmentColumn = segmentColumn, Source = "burn-in" });
        foreach (ReferenceRows batch in _held)
        {
            builder.Add(batch.Inputs, batch.Outputs);
        }

        return builder.Build();
    }

    /// <summary>Ends the collection and releases the rows.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Volatile.Write(ref _complete, true);
            foreach (ReferenceRows batch in _held)
            {
                batch.Dispose();
            }

            _held.Clear();
        }
    }
}
