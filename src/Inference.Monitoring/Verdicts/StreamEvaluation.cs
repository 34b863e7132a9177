using Inference.Monitoring.Drift;
using Inference.Monitoring.Quality;
using Inference.Monitoring.Records;
using Inference.Monitoring.Statistics;
using Inference.Monitoring.Verdicts;

namespace Inference.Monitoring;

/// <summary>Evaluates a stream of buckets with a stated rate of false alarms: without a change the expected number of buckets until an alarm is at least <see cref="StreamOptions.ExpectedFalseAlarms"/>. Not thread-safe.</summary>
/// <remarks>Conditions: rows are independent given the past while nothing has changed, and the reference's limits hold, which they do together with a probability of 99 %. Of a profile
/// with segments that holds for all rows and all segments together: half of the 1 % belongs to all rows, half to the segments in equal parts. The rate of false alarms is of this evaluation alone: who evaluates several shares it out among them.
/// Of a profile with seasons, a bucket is compared with the reference of the season that the middle of its span lies in, and the 1 % is shared out among the seasons.</remarks>
public sealed class StreamEvaluation
{
    private readonly ReferenceProfile _profile;
    private readonly ProfileColumns _columns;
    private readonly DriftEvaluator _drift;

    /// <summary>Initializes an evaluation.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="segment">0 for all rows, s for those of segment s of the profile.</param>
    public StreamEvaluation(ReferenceProfile profile, StreamOptions? options = null, int segment = 0)
    {
        ArgumentNullException.ThrowIfNull(profile);
        options ??= new StreamOptions();
        if (!(options.ExpectedFalseAlarms > 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ExpectedFalseAlarms, "Expected a run length above one bucket.");
        }

        _profile = profile;
        Segment = segment;
        _columns = new ProfileColumns(profile, options.InputsOnly, segment);
        _drift = new DriftEvaluator(_columns.Watched, new DriftSettings
        {
            RunLength = options.ExpectedFalseAlarms,
            Confidence = 1 - FailureOf(profile.Segments.Count, segment),
            Tolerance = options.Tolerance,
            MinimumEffect = options.MinimumEffect,
            MinimumRows = options.MinimumRows,
        },
        profile.Seasons is not { } seasons ? null : new SeasonBets(
            _columns.Watched,
            seasons.Clock.Count,
            seasons.CountOf(segment),
            (season, column) => seasons.Find(season, segment)?.Counts(_columns.Places[column], segment).ToArray()));
    }

    /// <summary>The segment that is evaluated; 0 for all rows.</summary>
    public int Segment { get; }

    /// <summary>The rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>The state of all columns together.</summary>
    public MonitoringState State => _drift.State;

    /// <summary>ln of the evidence of the data-set alarm.</summary>
    public double LogEvidence => _drift.Evidence;

    /// <summary>Whether the present alarm was acknowledged.</summary>
    public bool IsAcknowledged => _drift.IsAcknowledged;

    /// <summary>Marks the present alarm as seen, until another column is named.</summary>
    public void Acknowledge() => _drift.Acknowledge();

    /// <summary>Adds a bucket.</summary>
    /// <param name="window">The bucket, a window of this profile's columns.</param>
    /// <returns>The columns that an alarm of this bucket names; empty if there is none.</returns>
    /// <exception cref="MonitoringException">The window belongs to another profile.</exception>
    public IReadOnlyList<StreamAlarm> Add(MonitoringWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        if (window.LayoutDigest != _profile.LayoutDigest)
        {
            throw new MonitoringException($"Evaluation: expected a window of columns {_profile.LayoutDigest[..12]}, got {window.LayoutDigest[..12]}. Evaluate windows of the profile that they were counted with.");
        }

        Rows += window.RowsOf(Segment);
        int season = _profile.Seasons?.SeasonOf(window) ?? -1;
        IReadOnlyList<DriftAlarm> alarms = _drift.Add(i => window.Counts(_columns.Places[i], Segment), window.RowsOf(Segment), season);
        if (alarms.Count == 0)
        {
            return [];
        }

        HashSet<string> names = [.. alarms.Select(a => _columns.Watched[a.Column].Name)];
        HashSet<string> swapped = [.. SwapRule.Find(_profile, window, names, Segment).Select(static q => q.Column)];
        return [.. alarms.Select(a => new StreamAlarm(Rows, _columns.Watched[a.Column].Name, swapped.Contains(_columns.Watched[a.Column].Name) ? DriftRules.Swap : RuleOf(a, window, season), a.Evidence, a.Effect.Value))];
    }

    /// <summary>What is known of the columns, in the order of the profile.</summary>
    public IReadOnlyList<ColumnSnapshot> Snapshot() =>
    [
        .. _columns.Watched.Select((w, i) => (w, i)).Where(static x => !x.w.IsJoint).Select(x => new ColumnSnapshot
        {
            Name = x.w.Name,
            State = _drift.StateOf(x.i),
            LogEvidence = _drift.EvidenceOf(x.i),
            JensenShannon = _drift.EffectOf(x.i).Value,
            Psi = CellDistances.PopulationStability(_drift.ReferenceOf(x.i), _drift.RecentOf(x.i)),
            KolmogorovSmirnov = x.w.Coding.Ordered > 0 ? CellDistances.KolmogorovSmirnov(_drift.ReferenceOf(x.i), _drift.RecentOf(x.i)) : double.NaN,
        }),
    ];

    internal void Save(RecordWriter writer)
    {
        writer.Number(Rows);
        _drift.Save(writer);
    }

    internal void Load(ref RecordReader reader)
    {
        Rows = reader.Number();
        _drift.Load(ref reader);
    }

    // The probability with which a limit of the reference of these rows may fail.
    private static double FailureOf(int segments, int segment)
    {
        const double All = 0.01;
        return segments == 0 ? All : segment == 0 ? All / 2 : All / 2 / segments;
    }

    private string RuleOf(DriftAlarm alarm, MonitoringWindow window, int season)
    {
        int place = _columns.Places[alarm.Column];
        MonitoringWindow reference = (season < 0 ? null : _profile.Seasons!.Find(season, Segment)) ?? _profile.Reference;
        bool unit = alarm.Rule is DriftRules.Shift or DriftRules.Spread or DriftRules.Range && _profile.Columns[place].Layout.Ordered > 0
            && UnitFactors.Find(reference.Moments(place, Segment), window.Moments(place, Segment)) is { } change
            && UnitShape.Explains(_profile.Columns[place].Layout, _profile.Columns[place].Edges, reference.Counts(place, Segment), window.Counts(place, Segment), change);
        return unit ? DriftRules.Unit : alarm.Rule;
    }
}
