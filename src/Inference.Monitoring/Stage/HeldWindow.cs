using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Stage;

/// <summary>Joins buckets until they have so many rows. What waits is kept as bytes, a tenth of a window's memory. Not thread-safe.</summary>
internal sealed class HeldWindow(WindowLayout layout, long rows)
{
    private byte[]? _bytes;

    /// <summary>Adds a bucket.</summary>
    /// <param name="bucket">The bucket; it is not changed.</param>
    /// <returns>All that waited, with the bucket; null if it is too little.</returns>
    public MonitoringWindow? Add(MonitoringWindow bucket)
    {
        MonitoringWindow whole = bucket;
        if (_bytes is not null)
        {
            whole = WindowCodec.Read("Held rows", _bytes, layout);
            whole.Merge(bucket);
        }

        bool enough = whole.Rows >= rows;
        _bytes = enough ? null : whole.ToArray();
        return enough ? whole : null;
    }
}
