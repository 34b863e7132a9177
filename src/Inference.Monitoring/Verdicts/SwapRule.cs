using System.Globalization;
using Inference.Monitoring.Drift;

namespace Inference.Monitoring.Verdicts;

/// <summary>Recognizes two changed columns whose values were exchanged: each now has the mean and deviation that the other had.</summary>
internal static class SwapRule
{
    // In standard deviations, and as a ratio of them: a column that changed otherwise is rarely so near to another one.
    private const double MaxDistance = 0.25;
    private const double MaxRatio = 1.2;

    public static IEnumerable<QualityFinding> Find(ReferenceProfile profile, MonitoringWindow window, IReadOnlyCollection<string> changed, int segment = 0)
    {
        ReferenceColumn[] columns = [.. profile.Columns.Where(c => c.Layout.Ordered > 0 && !c.IsJoint && changed.Contains(c.Name))];
        for (int a = 0; a < columns.Length; a++)
        {
            for (int b = a + 1; b < columns.Length; b++)
            {
                ColumnMoments first = columns[a].Moments(segment), second = columns[b].Moments(segment);
                if (IsLike(window.Moments(columns[a].Place, segment), second) && IsLike(window.Moments(columns[b].Place, segment), first) && !IsLike(first, second))
                {
                    yield return Finding(columns[a].Name, columns[b].Name);
                    yield return Finding(columns[b].Name, columns[a].Name);
                }
            }
        }
    }

    private static QualityFinding Finding(string column, string other) => new(column, DriftRules.Swap, 1, 0, string.Create(CultureInfo.InvariantCulture, $"has the values of '{other}'"));

    private static bool IsLike(ColumnMoments now, ColumnMoments then)
    {
        double deviation = then.Deviation;
        return deviation > 0 && now.Deviation > 0 && Math.Abs(now.Mean - then.Mean) <= MaxDistance * deviation && Math.Abs(Math.Log(now.Deviation / deviation)) <= Math.Log(MaxRatio);
    }
}
