using Inference.Monitoring.Collection;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Profiles;

/// <summary>Counts reference rows by season. Not thread-safe.</summary>
internal sealed class SeasonCounter(SeasonClock clock)
{
    private Collector?[] _collectors = new Collector?[clock.Count];
    private WindowLayout? _layout;

    /// <summary>The seasons of times.</summary>
    public byte[] SeasonsOf(IReadOnlyList<DateTimeOffset> times)
    {
        var seasons = new byte[times.Count];
        for (int i = 0; i < seasons.Length; i++)
        {
            seasons[i] = (byte)clock.SeasonOf(times[i]);
        }

        return seasons;
    }

    /// <summary>Begins to count by a layout.</summary>
    public void Begin(WindowLayout layout)
    {
        _layout = layout;
        _collectors = new Collector?[clock.Count];
    }

    /// <summary>Counts rows whose seasons are known.</summary>
    public void Count(ReferenceRows rows)
    {
        foreach (IGrouping<byte, int> season in Enumerable.Range(0, rows.Rows).GroupBy(i => rows.Seasons![i]))
        {
            using NamedValues inputs = SeasonRows.Take(rows.Inputs, rows.Rows, [.. season]);
            using NamedValues? outputs = rows.Outputs is null ? null : SeasonRows.Take(rows.Outputs, rows.Rows, [.. season]);
            (_collectors[season.Key] ??= new Collector(_layout!)).Collect(inputs, outputs);
        }
    }

    /// <summary>Moves what was counted to windows; null for a season without rows.</summary>
    public MonitoringWindow?[] Drain() => Array.ConvertAll(_collectors, static c => c?.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
}
