namespace Inference.Monitoring.Statistics;

/// <summary>Limits of shares (<see cref="ShareLimits"/>), each computed once: bins of about equal counts have the same ones in all columns. Not thread-safe.</summary>
internal sealed class LimitTable
{
    private readonly Dictionary<(long K, long N, double Delta, bool Upper), double> _limits = [];

    /// <summary>The upper limit of a share from k of n.</summary>
    public double Upper(long k, long n, double delta) => Find(k, n, delta, upper: true);

    /// <summary>The lower limit.</summary>
    public double Lower(long k, long n, double delta) => Find(k, n, delta, upper: false);

    private double Find(long k, long n, double delta, bool upper)
    {
        if (!_limits.TryGetValue((k, n, delta, upper), out double limit))
        {
            limit = upper ? ShareLimits.Upper(k, n, delta) : ShareLimits.Lower(k, n, delta);
            _limits.Add((k, n, delta, upper), limit);
        }

        return limit;
    }
}
