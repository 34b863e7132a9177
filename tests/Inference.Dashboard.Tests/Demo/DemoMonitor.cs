using Inference.Monitoring;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>Monitoring with a given state, distributions around it, and a silence.</summary>
internal sealed class DemoMonitor(MonitoringSnapshot snapshot) : IModelMonitor, IColumnDistributions, IAlertSilence
{
    private readonly List<(string Actor, string Reason)> _acknowledged = [];

    public MonitoringSnapshot Snapshot { get; private set; } = snapshot;

    public DateTimeOffset? SilentUntil { get; private set; }

    public IReadOnlyList<(string Actor, string Reason)> Acknowledged => _acknowledged;

    public void Acknowledge(string actor, string reason)
    {
        _acknowledged.Add((actor, reason));
        Snapshot = Snapshot with { State = MonitoringState.Warning, Description = $"Seen by {actor}: {reason}" };
    }

    public void Silence(DateTimeOffset until, string actor, string reason) => SilentUntil = until;

    public ColumnDistribution? Find(string column)
    {
        int index = Snapshot.Columns.ToList().FindIndex(c => c.Name == column);
        if (index < 0)
        {
            return null;
        }

        bool changed = Snapshot.Columns[index].State >= MonitoringState.Warning;
        double then = 3 + (index * 1.7 % 4), now = changed ? then + 3.4 : then + 0.15;
        var cells = new List<DistributionCell>();
        for (int i = 0; i < 14; i++)
        {
            cells.Add(new($"{i * 20} to {(i + 1) * 20}", Bell(i, then, 2.2), Bell(i, now, changed ? 2.8 : 2.25)) { Low = i * 20, High = (i + 1) * 20 });
        }

        double sumThen = cells.Sum(c => c.ReferenceShare) / 0.985, sumNow = cells.Sum(c => c.Share) / (changed ? 0.93 : 0.984);
        cells = [.. cells.Select(c => c with { ReferenceShare = c.ReferenceShare / sumThen, Share = c.Share / sumNow })];
        cells.Add(new("missing", 0.015, changed ? 0.07 : 0.016));
        return new ColumnDistribution { Name = column, Cells = cells, ReferenceRows = 120_000, Rows = 48_211, From = DateTimeOffset.UtcNow.AddHours(-1), To = DateTimeOffset.UtcNow };
    }

    private static double Bell(int at, double middle, double width) => Math.Exp(-(at - middle) * (at - middle) / (2 * width * width));
}
