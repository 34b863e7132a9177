using Inference.AspNetCore.Models;
using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>The history of one model: an hour of samples every 10 seconds, and a day of those every 5 minutes. About 26 KB. Thread-safe.</summary>
internal sealed class ModelHistory
{
    public const int StepSeconds = 10;
    public const int LongStepSeconds = 300;

    private static readonly int s_series = Enum.GetValues<HistorySeries>().Length;

    private readonly Lock _lock = new();
    private readonly HistoryRing _hour = new(s_series, 3600 / StepSeconds);
    private readonly HistoryRing _day = new(s_series, 86_400 / LongStepSeconds);
    private readonly float[] _sums = new float[s_series];
    private readonly int[] _counts = new int[s_series];
    private int _pending;
    private long _hits;
    private long _misses;

    /// <summary>Takes a sample.</summary>
    public void Sample(ModelReader reader, ServedModel model)
    {
        Span<float> sample = stackalloc float[s_series];
        sample.Fill(float.NaN);
        TrafficTotal total = TrafficTotal.Of(reader.Traffic(model));
        sample[(int)HistorySeries.Calls] = (float)total.CallsPerSecond;
        sample[(int)HistorySeries.Failed] = (float)total.FailedPerSecond;
        sample[(int)HistorySeries.P50] = (float)total.P50;
        sample[(int)HistorySeries.P95] = (float)total.P95;
        sample[(int)HistorySeries.P99] = (float)total.P99;
        if (reader.Service<IModelVersions>(model)?.Canary is { } canary)
        {
            sample[(int)HistorySeries.Evidence] = (float)Math.Log10(Math.Max(canary.Evidence, 1e-6));
            if (canary.Outcomes is { } outcomes)
            {
                sample[(int)HistorySeries.Low] = (float)outcomes.Low;
                sample[(int)HistorySeries.High] = (float)outcomes.High;
            }
        }

        if (reader.Service<ICacheControl>(model)?.Statistics is { } cache)
        {
            sample[(int)HistorySeries.CacheHits] = SinceLast(cache);
        }

        if (reader.Service<IBatchingStatus>(model) is { } batching)
        {
            sample[(int)HistorySeries.Queued] = batching.QueuedRows;
        }

        Add(sample);
    }

    /// <summary>Adds a sample of all series.</summary>
    public void Add(ReadOnlySpan<float> sample)
    {
        lock (_lock)
        {
            _hour.Add(sample);
            for (int i = 0; i < s_series; i++)
            {
                if (float.IsFinite(sample[i]))
                {
                    _sums[i] += sample[i];
                    _counts[i]++;
                }
            }

            if (++_pending * StepSeconds >= LongStepSeconds)
            {
                Span<float> mean = stackalloc float[s_series];
                for (int i = 0; i < s_series; i++)
                {
                    mean[i] = _counts[i] > 0 ? _sums[i] / _counts[i] : float.NaN;
                }

                _day.Add(mean);
                Array.Clear(_sums);
                Array.Clear(_counts);
                _pending = 0;
            }
        }
    }

    /// <summary>Reads under the lock.</summary>
    /// <param name="day">Whether the day is read, instead of the hour.</param>
    /// <param name="read">Reads; must not call out.</param>
    public void Read(bool day, Action<HistoryRing> read)
    {
        lock (_lock)
        {
            read(day ? _day : _hour);
        }
    }

    private float SinceLast(CacheStatistics cache)
    {
        long hits = cache.Hits - _hits, misses = cache.Misses - _misses;
        (_hits, _misses) = (cache.Hits, cache.Misses);
        return hits < 0 || misses < 0 || hits + misses == 0 ? float.NaN : (float)hits / (hits + misses);
    }
}
