namespace Inference.Monitoring.Stage;

/// <summary>Evaluates the buckets of one model: all rows, and the rows of each segment. Not thread-safe.</summary>
internal sealed partial class BucketEvaluation
{
    // Columns in a description, one line.
    private const int ShownColumns = 5;
    private readonly ReferenceProfile _profile;
    private readonly StreamEvaluation[] _streams;
    private readonly long[] _segmentRows;
    private readonly QualityWatch _quality;
    private readonly PerformanceWatch _performance;
    private readonly Dictionary<string, StreamAlarm> _alarms = new(StringComparer.Ordinal);

    /// <param name="profile">The profile.</param>
    /// <param name="settings">The settings.</param>
    public BucketEvaluation(ReferenceProfile profile, EvaluationSettings settings)
    {
        _profile = profile;
        int segments = profile.Segments.Count;
        double runLength = settings.RunLength(EvaluationSettings.Drift);
        _quality = new QualityWatch(profile, settings.RunLength(EvaluationSettings.Quality), settings.Tolerance, settings.MinimumRows);
        _performance = new PerformanceWatch(profile, settings.RunLength(EvaluationSettings.Performance), settings.MinimumRows);

        // One false alarm in the stated time of all together: half of the rate is for all rows, half for the segments.
        _streams = [.. Enumerable.Range(0, segments + 1).Select(s => new StreamEvaluation(
            profile,
            new StreamOptions
            {
                ExpectedFalseAlarms = segments == 0 ? runLength : s == 0 ? 2 * runLength : 2 * segments * runLength,
                Tolerance = settings.Tolerance,
                MinimumRows = settings.MinimumRows,
            },
            s))];
        _segmentRows = new long[segments + 1];
    }

    /// <summary>The severest state.</summary>
    public MonitoringState State => _quality.IsBroken ? MonitoringState.Alarm : _streams.Max(static s => s.State);

    /// <summary>Whether all alarms were acknowledged.</summary>
    public bool IsAcknowledged => Array.TrueForAll(_streams, static s => s.State != MonitoringState.Alarm || s.IsAcknowledged);

    /// <summary>ln of the evidence over all rows.</summary>
    public double LogEvidence => _streams[0].LogEvidence;

    /// <summary>The metrics of the model.</summary>
    public IReadOnlyList<PerformanceSnapshot> Metrics => _performance.Metrics;

    /// <summary>What labels show of the model; null if nothing is wrong.</summary>
    public RuleSnapshot? PerformanceFinding => _performance.Finding;

    /// <summary>Adds rows with labels. Thread-safe.</summary>
    /// <exception cref="MonitoringException">The number of labels is not that of the rows.</exception>
    public void AddLabels(NamedValues inputs, NamedValues? outputs, TensorValue labels) => _performance.AddLabels(inputs, outputs, labels);

    /// <summary>Marks alarms as seen.</summary>
    public void Acknowledge()
    {
        Array.ForEach(_streams, static s => s.Acknowledge());
        _performance.Acknowledge();
    }

    /// <summary>Adds a bucket.</summary>
    /// <returns>Whether an alarm was raised.</returns>
    public bool Add(MonitoringWindow window)
    {
        bool alarm = false;
        foreach (StreamEvaluation stream in _streams)
        {
            _segmentRows[stream.Segment] += window.AllRows[stream.Segment];
            foreach (StreamAlarm found in stream.Add(window))
            {
                alarm = true;
                _alarms[Key(found.Column, stream.Segment)] = found;
            }
        }

        _quality.Add(window);
        _performance.Add(window);
        return alarm;
    }

    /// <summary>The segments; empty without any.</summary>
    public IReadOnlyList<SegmentSnapshot> Segments() =>
    [
        .. _streams.Where(static stream => stream.Segment > 0).Select(stream => new SegmentSnapshot
        {
            Column = _profile.SegmentColumn!,
            Segment = _profile.Segments[stream.Segment - 1],
            State = stream.State,
            Rows = _segmentRows[stream.Segment],
            LogEvidence = stream.LogEvidence,
        }),
    ];

    /// <summary>The columns, each in the severest of its states.</summary>
    public IReadOnlyList<ColumnSnapshot> Columns()
    {
        IReadOnlyList<ColumnSnapshot>[] all = Array.ConvertAll(_streams, static s => s.Snapshot());
        return
        [
            .. all[0].Select((column, i) => column with
            {
                State = _quality.Of(column.Name) is null ? all.Max(columns => columns[i].State) : MonitoringState.Alarm,
                Rule = (column.State == MonitoringState.Alarm ? Alarm(column.Name)?.Rule : null) ?? _quality.Of(column.Name)?.Rule,

                // A detector that named its column starts again with no rows.
                JensenShannon = column.State == MonitoringState.Alarm && Alarm(column.Name) is { } alarm ? Math.Max(alarm.JensenShannon, column.JensenShannon) : column.JensenShannon,
            }),
        ];
    }

    /// <summary>One sentence: what changed, and where; empty if nothing did.</summary>
    public string Describe()
    {
        string[] broken = [.. _quality.Findings.Where(f => Alarm(f.Column) is null).Select(static f => $"'{f.Column}' {f.Rule}, {f.Detail}")];
        if (State == MonitoringState.Learning)
        {
            return "Too few rows were seen for a judgement.";
        }

        var parts = new List<string>();
        foreach (StreamEvaluation stream in _streams.Where(static s => s.State >= MonitoringState.Warning))
        {
            ColumnSnapshot[] changed = [.. stream.Snapshot().Where(c => c.State >= MonitoringState.Warning).OrderByDescending(static c => c.State).ThenByDescending(static c => c.LogEvidence)];
            string names = string.Join(", ", changed.Take(ShownColumns).Select(c => $"'{c.Name}'{(_alarms.TryGetValue(Key(c.Name, stream.Segment), out StreamAlarm? alarm) ? $" ({alarm.Rule})" : "")}"));
            string where = stream.Segment == 0 ? "" : $" where {_profile.SegmentColumn} is '{_profile.Segments[stream.Segment - 1]}'";
            parts.Add($"{(stream.State == MonitoringState.Alarm ? "changed" : "may have changed")}{where}: {(changed.Length == 0 ? "the data as a whole" : names)}{(changed.Length > ShownColumns ? $" and {changed.Length - ShownColumns} more" : "")}");
        }

        if (broken.Length > 0)
        {
            parts.Add($"rules are broken: {string.Join(", ", broken.Take(ShownColumns))}{(broken.Length > ShownColumns ? $" and {broken.Length - ShownColumns} more" : "")}");
        }

        return parts.Count == 0 ? "" : $"{char.ToUpperInvariant(parts[0][0])}{string.Join("; ", parts)[1..]}.";
    }

    private StreamAlarm? Alarm(string column) => _alarms.GetValueOrDefault(Key(column, 0));

    private static string Key(string column, int segment) => $"{segment} {column}";
}
