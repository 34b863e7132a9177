using Inference.Monitoring.Quality;
using Inference.Monitoring.Records;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Stage;

/// <summary>Checks the rows of a model against the rules of its profile. A rule that is found broken stays so until some checks in a row find it kept. Not thread-safe.</summary>
/// <remarks>Each check may find any rule broken though it is kept with a probability of 1 ÷ <paramref name="runLength"/> at most, over all columns: the expected number of checks until the first false finding is at least that. Of a profile with seasons nothing is checked:
/// a share that is too large in one may be usual in another; detectors know the season.</remarks>
/// <param name="profile">The profile.</param>
/// <param name="runLength">The expected number of checks until a false finding.</param>
/// <param name="tolerance">The relative change of a share that is allowed, where the profile says nothing else.</param>
/// <param name="minimumRows">The rows of a check, at least.</param>
internal sealed class QualityWatch(ReferenceProfile profile, double runLength, double tolerance, int minimumRows)
{
    // Checks in a row that find a rule kept, after which it is no longer broken.
    private const int RecoverAfter = 5;

    private readonly HeldWindow _held = new(profile.WindowLayout, minimumRows);
    private readonly ReferenceColumn[] _columns = profile.Seasons is not null ? [] : [.. profile.Columns.Where(static c => !c.Definition.IsOfRow && !c.Definition.IsJoint && !c.Rules.Ignore)];
    private readonly Dictionary<string, (QualityFinding Finding, int Kept)> _broken = new(StringComparer.Ordinal);

    /// <summary>Whether any rule is broken.</summary>
    public bool IsBroken => _broken.Count > 0;

    /// <summary>The columns that break a rule, with the rule that has most evidence.</summary>
    public IEnumerable<QualityFinding> Findings => _broken.Values.Select(static b => b.Finding);

    /// <summary>The rule that a column breaks; null for none.</summary>
    public QualityFinding? Of(string column) => _broken.TryGetValue(column, out (QualityFinding Finding, int Kept) broken) ? broken.Finding : null;

    /// <summary>Writes what is broken.</summary>
    public void Save(RecordWriter writer)
    {
        writer.Number(_broken.Count);
        foreach ((QualityFinding finding, int kept) in _broken.Values)
        {
            writer.Text(finding.Column);
            writer.Text(finding.Rule);
            writer.Double(finding.Share);
            writer.Double(finding.Evidence);
            writer.Text(finding.Detail);
            writer.Number(kept);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(ref RecordReader reader)
    {
        for (int left = reader.Count(); left > 0; left--)
        {
            var finding = new QualityFinding(reader.Text(), reader.Text(), reader.Double(), reader.Double(), reader.Text());
            _broken[finding.Column] = (finding, reader.Int());
        }
    }

    /// <summary>Adds a bucket.</summary>
    public void Add(MonitoringWindow bucket)
    {
        if (_held.Add(bucket) is not { } window)
        {
            return;
        }

        double delta = 1 / runLength / Math.Max(_columns.Length * QualityRules.Rules, 1);
        foreach (ReferenceColumn column in _columns)
        {
            QualityFinding? worst = null;
            foreach (QualityFinding finding in QualityRules.Check(column, window.Counts(column.Place).ToArray(), window.Moments(column.Place), delta, column.Rules.Tolerance ?? tolerance))
            {
                // A change of unit is told by a detector that found the column changed.
                worst = finding.Rule != Drift.DriftRules.Unit && (worst is null || finding.Evidence > worst.Evidence) ? finding : worst;
            }

            if (worst is not null)
            {
                _broken[column.Name] = (worst, 0);
            }
            else if (_broken.TryGetValue(column.Name, out (QualityFinding Finding, int Kept) before))
            {
                _broken[column.Name] = before with { Kept = before.Kept + 1 };
                if (before.Kept + 1 >= RecoverAfter)
                {
                    _broken.Remove(column.Name);
                }
            }
        }
    }
}
