namespace Inference.Monitoring.Windows;

/// <summary>Keeps windows in memory, of a bounded size: without a folder, a thousand models must not fill the process. The shortest spans are dropped first, of these the oldest. Not thread-safe.</summary>
internal sealed class MemoryWindowStore : IWindowStore
{
    // About 15 windows of 50 numeric columns; 64 MiB for a thousand models.
    private const int MaxBytes = 64 << 10;
    private readonly SortedDictionary<WindowKey, byte[]> _windows = new(Comparer<WindowKey>.Create(static (a, b) => a.Tier != b.Tier ? a.Tier.CompareTo(b.Tier) : a.Start.CompareTo(b.Start)));
    private long _bytes;

    public IReadOnlyList<WindowKey> List() => [.. _windows.Keys];

    public byte[]? Read(WindowKey key) => _windows.GetValueOrDefault(key);

    public void Write(WindowKey key, ReadOnlySpan<byte> bytes)
    {
        Remove(key);
        _windows[key] = bytes.ToArray();
        _bytes += bytes.Length;
        while (_bytes > MaxBytes && _windows.Count > 1)
        {
            Remove(_windows.Keys.First());
        }
    }

    public void Remove(WindowKey key)
    {
        if (_windows.Remove(key, out byte[]? removed))
        {
            _bytes -= removed.Length;
        }
    }
}
