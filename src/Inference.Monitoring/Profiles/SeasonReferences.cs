namespace Inference.Monitoring.Profiles;

/// <summary>The counts of a reference's rows by season. Immutable; thread-safe.</summary>
internal sealed class SeasonReferences
{
    /// <summary>The rows below which a season is compared with the whole: their limits would be so wide that little is found.</summary>
    public const int MinRows = 200;

    /// <param name="clock">What tells seasons.</param>
    /// <param name="timeColumn">The column of files that holds the rows' times; empty for none.</param>
    /// <param name="windows">The counts of each season; null for one without rows.</param>
    public SeasonReferences(SeasonClock clock, string timeColumn, MonitoringWindow?[] windows)
    {
        Clock = clock;
        TimeColumn = timeColumn;
        Windows = windows;
    }

    /// <summary>What tells seasons.</summary>
    public SeasonClock Clock { get; }

    /// <summary>The column of files that holds the rows' times; empty for none.</summary>
    public string TimeColumn { get; }

    /// <summary>The counts of each season; null for one without rows.</summary>
    public MonitoringWindow?[] Windows { get; }

    /// <summary>How many references there are, with the whole if a season needs it.</summary>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    public int CountOf(int segment)
    {
        int own = Windows.Count(w => w is not null && w.RowsOf(segment) >= MinRows);
        return own + (own < Windows.Length ? 1 : 0);
    }

    /// <summary>The counts of a season; null if it is compared with the whole.</summary>
    /// <param name="season">The season.</param>
    /// <param name="segment">0 for all rows, s for those of segment s.</param>
    public MonitoringWindow? Find(int season, int segment) => Windows[season] is { } window && window.RowsOf(segment) >= MinRows ? window : null;

    /// <summary>The season that a window lies in by the middle of its span; −1 for a window without times.</summary>
    public int SeasonOf(MonitoringWindow window) => window.Start > DateTimeOffset.UnixEpoch && window.End >= window.Start ? Clock.SeasonOf(window.Start + ((window.End - window.Start) / 2)) : -1;

    /// <summary>One sentence for each run of seasons that is compared with the whole.</summary>
    public IEnumerable<string> Notes()
    {
        for (int first = 0; first < Windows.Length;)
        {
            int end = first;
            long most = 0;
            while (end < Windows.Length && Find(end, 0) is null)
            {
                most = Math.Max(most, Windows[end++]?.Rows ?? 0);
            }

            if (end > first)
            {
                yield return $"Season {Clock.NameOf(first)}{(end - first > 1 ? $" to {Clock.NameOf(end - 1)}" : "")}: expected {MinRows} rows or more in the reference, got {(end - first > 1 ? "at most " : "")}{most}; rows of these times are compared with those of all times.";
            }

            first = Math.Max(end, first + 1);
        }
    }

    /// <summary>The reference of rows of several seasons: of each season's reference as large a share as the rows have of that season, and as many rows as the least known shares allow.</summary>
    /// <param name="rows">The rows of each season.</param>
    /// <param name="whole">The counts of all rows.</param>
    /// <remarks>With wₛ of the rows in season s, whose reference has nₛ rows, the variance of a share is about Σ wₛ² ÷ nₛ times that of one row; that of n rows is 1 ÷ n.</remarks>
    public MonitoringWindow Mix(ReadOnlySpan<long> rows, MonitoringWindow whole)
    {
        double all = 0, variance = 0;
        foreach (long count in rows)
        {
            all += count;
        }

        var parts = new List<(MonitoringWindow Window, double Weight)>();
        for (int season = 0; season < rows.Length; season++)
        {
            MonitoringWindow window = Find(season, 0) ?? whole;
            if (rows[season] > 0)
            {
                parts.Add((window, rows[season] / all));
            }
        }

        foreach (IGrouping<MonitoringWindow, (MonitoringWindow Window, double Weight)> part in parts.GroupBy(static p => p.Window))
        {
            double weight = part.Sum(static p => p.Weight);
            variance += weight * weight / part.Key.Rows;
        }

        var mixed = new MonitoringWindow(whole.Layout);
        foreach ((MonitoringWindow window, double weight) in parts)
        {
            mixed.AddScaled(window, weight / variance / window.Rows);
        }

        return mixed;
    }
}
