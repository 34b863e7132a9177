using System.Numerics.Tensors;
using Inference.Monitoring.Drift;
using Inference.Monitoring.Quality;
using Inference.Monitoring.Statistics;
using Inference.Monitoring.Verdicts;

namespace Inference.Monitoring;

/// <summary>Compares windows with a profile, each on its own. Immutable; thread-safe.</summary>
/// <remarks>The tests of all columns share the level (Bonferroni), so that a window without a change is an alarm with about the stated probability or less, whatever the dependence between columns: the
/// tests of shares and scores are those of large samples. An alarm needs both evidence and an effect. For a
/// stream that is looked at again and again use <see cref="StreamEvaluation"/>. Rows with times are compared with the references of their seasons, if the profile has any, and a window that lies in one season with that.</remarks>
public sealed class WindowComparison
{
    private readonly ReferenceProfile _profile;
    private readonly ComparisonOptions _options;
    private readonly ProfileColumns _columns;
    private readonly double _logTests;
    private readonly PerformanceModel _performance;

    /// <summary>Initializes a comparison.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="options">The options; null for the defaults.</param>
    public WindowComparison(ReferenceProfile profile, ComparisonOptions? options = null)
        : this(profile, options, null)
    {
    }

    private WindowComparison(ReferenceProfile profile, ComparisonOptions? options, PerformanceModel? performance)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _profile = profile;
        _options = options ?? new ComparisonOptions();
        _columns = new ProfileColumns(profile, _options.InputsOnly);
        _logTests = Math.Log(Math.Max(_columns.Watched.Sum(static w => ColumnComparison.TestsOf(w.Coding) + (w.IsJoint ? 0 : QualityRules.Rules)), 1));
        _performance = performance ?? new PerformanceModel(profile, _options.Threshold);
    }

    /// <summary>Compares rows.</summary>
    /// <param name="rows">The rows, counted as this profile's columns.</param>
    public ComparisonReport Compare(ObservedRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ObservedRows? labelled = rows.HasLabels ? rows : null;
        return _profile.Seasons is { } seasons && rows.SeasonRows is [.., 0]
            ? ForSeasons(rows.SeasonRows.AsSpan(0, seasons.Clock.Count)).Compare(rows.Window, labelled)
            : Compare(rows.Window, labelled);
    }

    /// <summary>Compares a window.</summary>
    /// <param name="window">A window of this profile's columns.</param>
    /// <exception cref="MonitoringException">The window belongs to another profile.</exception>
    public ComparisonReport Compare(MonitoringWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (_profile.Seasons is not { } seasons || seasons.SeasonOf(window) is not (>= 0 and var season) || seasons.Clock.SeasonOf(window.Start) != seasons.Clock.SeasonOf(window.End.AddTicks(-1)))
        {
            return Compare(window, null);
        }

        Span<long> rows = stackalloc long[seasons.Clock.Count];
        rows.Clear();
        rows[season] = window.Rows;
        return ForSeasons(rows).Compare(window, null);
    }

    // Performance is that of all rows: labels are not kept by season.
    private WindowComparison ForSeasons(ReadOnlySpan<long> rows) => TensorPrimitives.Sum(rows) == 0 ? this : new WindowComparison(_profile.ForSeasons(rows), _options, _performance);

    private ComparisonReport Compare(MonitoringWindow window, ObservedRows? labelled)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (window.LayoutDigest != _profile.LayoutDigest)
        {
            throw new MonitoringException($"Comparison: expected a window of columns {_profile.LayoutDigest[..12]}, got {window.LayoutDigest[..12]}. Compare windows with the profile that they were counted with.");
        }

        ColumnVerdict[] verdicts = [.. _columns.Watched.Select((w, i) => Judge(w, window.Counts(_columns.Places[i])))];
        if (window.Rows < _options.MinimumRows)
        {
            return Report(MonitoringState.Learning, window.Rows, [.. verdicts.Select(static v => v with { State = MonitoringState.Learning, Rule = null })], [], []);
        }

        Explain(verdicts);
        List<QualityFinding> quality = [.. _columns.Watched.SelectMany((w, i) => w.IsJoint || w.OwnRule is not null ? [] : Check(i, window))];
        quality.RemoveAll(q => q.Rule == Drift.DriftRules.Unit && verdicts.First(v => v.Name == q.Column).State != MonitoringState.Alarm);
        quality.InsertRange(0, SwapRule.Find(_profile, window, [.. verdicts.Where(static v => v.State == MonitoringState.Alarm).Select(static v => v.Name)]));
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (quality.Find(q => q.Column == verdicts[i].Name) is { } finding)
            {
                verdicts[i] = verdicts[i] with { State = MonitoringState.Alarm, Rule = finding.Rule, Evidence = Math.Max(verdicts[i].Evidence, finding.Evidence) };
            }
        }

        foreach (ColumnVerdict verdict in verdicts.Where(static v => v is { Rule: Drift.DriftRules.Duplicates, State: MonitoringState.Alarm }))
        {
            double share = (double)window.Counts(_profile.FindColumn(verdict.Name)!.Place)[1] / window.Rows;
            quality.Add(new QualityFinding(verdict.Name, Drift.DriftRules.Duplicates, share, verdict.Evidence, "rows equal one of the last"));
        }

        bool worse = false;
        PerformanceVerdict[] performance = _options.InputsOnly ? [] : _performance.Judge(window, labelled, out worse);
        MonitoringState state = worse ? MonitoringState.Alarm : MonitoringState.Healthy;
        foreach (ColumnVerdict verdict in verdicts)
        {
            state = verdict.State > state ? verdict.State : state;
        }

        return Report(state, window.Rows, verdicts, quality, performance);
    }

    private ComparisonReport Report(MonitoringState state, long rows, ColumnVerdict[] verdicts, List<QualityFinding> quality, PerformanceVerdict[] performance) => new()
    {
        State = state,
        Rows = rows,
        Columns = [.. verdicts.Where((_, i) => !_columns.Watched[i].IsJoint)],
        Quality = quality,
        Performance = performance,
    };

    private ColumnVerdict Judge(WatchedColumn column, ReadOnlySpan<long> counts)
    {
        Span<long> coded = stackalloc long[column.Coding.Count];
        column.Coding.Code(counts, coded);
        long[] reference = column.Coding.Reference;
        (double logP, DetectedChange change, int place) = ColumnComparison.Compare(column.Coding, coded, column.Tolerance ?? _options.Tolerance);
        double evidence = Math.Max(-logP - _logTests, 0);
        bool large = CellEffects.UnbiasedJensenShannon(reference, coded) >= _options.MinimumEffect;
        MonitoringState state = evidence >= -Math.Log(_options.AlarmLevel) && large ? MonitoringState.Alarm : evidence >= -Math.Log(_options.WarningLevel) ? MonitoringState.Warning : MonitoringState.Healthy;
        return new ColumnVerdict
        {
            Name = column.Name,
            State = state,
            JensenShannon = CellDistances.JensenShannon(reference, coded),
            Psi = CellDistances.PopulationStability(reference, coded),
            KolmogorovSmirnov = column.Coding.Ordered > 0 ? CellDistances.KolmogorovSmirnov(reference, coded) : CellDistances.TotalVariation(reference, coded),
            Evidence = evidence,
            Rule = state == MonitoringState.Healthy ? null : DriftNaming.RuleOf(column, change, place, coded),
        };
    }

    // Pairs, residuals and parities have no verdict of their own: it is that of the column that explains them.
    private void Explain(ColumnVerdict[] verdicts)
    {
        WatchedColumn[] watched = _columns.Watched;
        foreach (MonitoringState state in (ReadOnlySpan<MonitoringState>)[MonitoringState.Alarm, MonitoringState.Warning])
        {
            int[] changed = [.. Enumerable.Range(0, watched.Length).Where(i => !watched[i].IsJoint && verdicts[i].State >= state)];
            int[] joint = [.. Enumerable.Range(0, watched.Length).Where(i => watched[i].IsJoint && verdicts[i].State >= state).OrderByDescending(i => verdicts[i].Evidence)];
            foreach ((int column, int pair) in DriftNaming.Blame(watched, joint, changed, i => verdicts[i].Evidence).ToArray())
            {
                verdicts[column] = verdicts[column] with { State = state, Rule = Drift.DriftRules.Joint, Evidence = verdicts[pair].Evidence };
            }
        }
    }

    private IEnumerable<QualityFinding> Check(int watched, MonitoringWindow window)
    {
        int place = _columns.Places[watched];
        ReferenceColumn column = _profile.Columns[place];
        return QualityRules.Check(column, window.Counts(place).ToArray(), window.Moments(place), _options.AlarmLevel / Math.Exp(_logTests), column.Rules.Tolerance ?? _options.Tolerance);
    }
}
