using System.Globalization;
using Inference.Decisions;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Monitoring;

public sealed partial class ModelMonitor : IColumnDistributions, IAlertSilence, IMergeableWindows
{
    // What is shown as recent: the buckets that are kept.
    private static readonly TimeSpan s_recent = TimeSpan.FromHours(1);

    // Bars that can be told apart; neighbouring bins of a score are joined.
    private const int MaxShownBins = 32;

    /// <inheritdoc/>
    public DateTimeOffset? SilentUntil => _alerts.SilentUntil;

    /// <inheritdoc/>
    ColumnDistribution? IColumnDistributions.Find(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        DateTimeOffset now = _clock.GetUtcNow();
        if (Profile?.FindColumn(column) is not { } reference || Read(now - s_recent, now + TimeSpan.FromTicks(1)) is not { Rows: > 0 } window)
        {
            return null;
        }

        ReadOnlySpan<long> then = Profile.Reference.Counts(reference.Place), recent = window.Counts(reference.Place);
        return new ColumnDistribution
        {
            Name = column,
            Cells = CellsOf(reference, then, recent),
            ReferenceRows = Profile.Rows,
            Rows = window.Rows,
            From = window.Start,
            To = window.End,
        };
    }

    /// <inheritdoc/>
    public void Silence(DateTimeOffset until, string actor, string reason)
    {
        DecisionActors.Require(actor);
        DecisionActors.RequireReason(reason);
        LogSilenced(_logger, _info.Name, actor, until, reason);
        _alerts.Silence(until);
    }

    /// <inheritdoc/>
    EvidenceReport? IMergeableEvidence.Report() => Volatile.Read(ref _shared)?.Report();

    /// <inheritdoc/>
    void IMergeableEvidence.Merge(EvidenceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Volatile.Read(ref _shared)?.Merge(report);
    }

    private static List<DistributionCell> CellsOf(ReferenceColumn column, ReadOnlySpan<long> then, ReadOnlySpan<long> recent)
    {
        CellLayout layout = column.Layout;
        double all = Math.Max(Sum(then), 1), allRecent = Math.Max(Sum(recent), 1);
        var cells = new List<DistributionCell>();
        int step = Math.Max((layout.Bins + MaxShownBins - 1) / MaxShownBins, 1);
        for (int bin = 0; bin < layout.Bins; bin += step)
        {
            int end = Math.Min(bin + step, layout.Bins);
            double low = column.Edges[bin], high = column.Edges[end];
            cells.Add(new DistributionCell(string.Create(CultureInfo.InvariantCulture, $"{low:G4} to {high:G4}"), Sum(then[(layout.First + bin)..(layout.First + end)]) / all, Sum(recent[(layout.First + bin)..(layout.First + end)]) / allRecent) { Low = low, High = high });
        }

        for (int category = 0; category < layout.Categories; category++)
        {
            cells.Add(new DistributionCell(column.Categories[category], then[category] / all, recent[category] / allRecent));
        }

        foreach ((string label, int cell) in Special(layout))
        {
            if (then[cell] > 0 || recent[cell] > 0)
            {
                cells.Add(new DistributionCell(label, then[cell] / all, recent[cell] / allRecent));
            }
        }

        return cells;
    }

    private static (string Label, int Cell)[] Special(CellLayout layout) => layout.Ordered > 0
        ? [("below", layout.Under), ("above", layout.Over), ("−∞", layout.NegativeInfinity), ("+∞", layout.PositiveInfinity), ("NaN", layout.NaN), ("missing", layout.Missing)]
        : [("other", layout.Other), ("unseen", layout.Unseen), ("missing", layout.Missing)];

    private static long Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (long count in counts)
        {
            sum += count;
        }

        return sum;
    }

    [LoggerMessage(12, LogLevel.Information, "Model '{Model}': '{Actor}' silenced alerts until {Until:u}: {Reason}")]
    private static partial void LogSilenced(ILogger logger, string model, string actor, DateTimeOffset until, string reason);
}
