namespace Inference.AspNetCore.Dashboard;

/// <summary>The last samples of several series, one a period; NaN where there is none. Not thread-safe.</summary>
internal sealed class HistoryRing(int series, int length)
{
    private readonly float[] _values = new float[series * length];
    private int _next;

    public int Series { get; } = series;

    /// <summary>The number of samples that are kept.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a sample of each series.</summary>
    public void Add(ReadOnlySpan<float> sample)
    {
        for (int i = 0; i < Series; i++)
        {
            _values[(i * length) + _next] = sample[i];
        }

        _next = (_next + 1) % length;
        Count = Math.Min(Count + 1, length);
    }

    /// <summary>Returns a sample of one series; 0 is the oldest.</summary>
    public float this[int one, int index] => _values[(one * length) + ((_next - Count + index + length) % length)];
}
