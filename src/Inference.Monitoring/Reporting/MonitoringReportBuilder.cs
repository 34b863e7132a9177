using System.Globalization;

namespace Inference.Monitoring;

/// <summary>Makes a report of rows from code or files. Not thread-safe.</summary>
public sealed class MonitoringReportBuilder
{
    private readonly ReferenceProfile _profile;
    private readonly MonitoringReportOptions _options;
    private readonly ObservedRows _all;
    private readonly ObservedRows _bucket;
    private readonly StreamEvaluation _stream;
    private readonly StreamEvaluation[] _segments;
    private readonly List<TimelinePoint> _timeline = [];
    private readonly List<StreamAlarm> _alarms = [];
    private readonly List<StreamAlarm>[] _segmentAlarms;
    private readonly (MonitoringState State, double LogEvidence)[] _worst;
    private int _season = -1;

    /// <summary>Initializes a report without rows.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of rows of a bucket is not positive.</exception>
    public MonitoringReportBuilder(ReferenceProfile profile, MonitoringReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        _profile = profile;
        _options = options ?? new MonitoringReportOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BucketRows, 1, nameof(options));
        _all = new ObservedRows(profile);
        _bucket = new ObservedRows(profile);
        _stream = new StreamEvaluation(profile, _options.Stream);
        _segments = [.. Enumerable.Range(1, profile.Segments.Count).Select(s => new StreamEvaluation(profile, _options.Stream, s))];
        _segmentAlarms = [.. _segments.Select(static _ => new List<StreamAlarm>())];
        _worst = [.. _segments.Select(static _ => (MonitoringState.Learning, double.NaN))];
    }

    /// <summary>Adds rows, in their order. A bucket ends with the call that fills it, so a call should have at most as many rows as a bucket.</summary>
    /// <param name="inputs">The inputs of a call; rows along axis 0.</param>
    /// <param name="outputs">Its outputs; null if they are not known.</param>
    /// <param name="labels">The true label of each row; null for none.</param>
    /// <param name="times">The time of each row, for a profile with seasons; null if they are not known. Rows of a call are judged as one bucket or part of one, so that they should be of one season.</param>
    public void Add(NamedValues inputs, NamedValues? outputs = null, TensorValue? labels = null, IReadOnlyList<DateTimeOffset>? times = null)
    {
        int season = times is { Count: > 0 } ? _profile.SeasonOf(times[0]) : -1;
        if (season != _season && _bucket.Window.Rows > 0)
        {
            EndBucket();
        }

        _season = season;
        _all.Add(inputs, outputs, labels, times);
        _bucket.Add(inputs, outputs, labels: null, times);
        if (_bucket.Window.Rows >= _options.BucketRows)
        {
            EndBucket();
        }
    }

    /// <summary>Returns the report of the rows so far; a bucket that is not full ends here.</summary>
    public MonitoringReport Build()
    {
        if (_bucket.Window.Rows > 0)
        {
            EndBucket();
        }

        return new MonitoringReport
        {
            Title = _options.Title ?? (_profile.ModelName.Length == 0 ? "Monitoring" : string.Create(CultureInfo.InvariantCulture, $"{_profile.ModelName} {_profile.ModelVersion}").TrimEnd()),
            Source = _options.Source,
            MadeAt = _options.MadeAt,
            Profile = _profile,
            Window = _all.Window,
            Comparison = new WindowComparison(_profile, _options.Comparison).Compare(_all),
            Timeline = [.. _timeline],
            ExpectedFalseAlarms = _options.Stream.ExpectedFalseAlarms,
            BucketRows = _options.BucketRows,
            Alarms = [.. _alarms],
            Segments =
            [
                .. _segments.Select((stream, i) => new SegmentReport
                {
                    Name = _profile.Segments[i],
                    ReferenceRows = _profile.Reference.RowsOf(i + 1),
                    Rows = stream.Rows,
                    State = _worst[i].State,
                    LogEvidence = _worst[i].LogEvidence,
                    Alarms = [.. _segmentAlarms[i].DistinctBy(static a => a.Column)],
                }),
            ],
        };
    }

    private void EndBucket()
    {
        MonitoringWindow window = _bucket.Drain();
        _alarms.AddRange(_stream.Add(window));
        _timeline.Add(new TimelinePoint(_stream.Rows, _stream.LogEvidence, _stream.State));
        for (int i = 0; i < _segments.Length; i++)
        {
            if (window.RowsOf(i + 1) == 0)
            {
                continue;
            }

            _segmentAlarms[i].AddRange(_segments[i].Add(window));
            MonitoringState state = _segments[i].State;
            double evidence = _segments[i].LogEvidence;
            _worst[i] = (state > _worst[i].State ? state : _worst[i].State, double.IsNaN(_worst[i].LogEvidence) || evidence > _worst[i].LogEvidence ? evidence : _worst[i].LogEvidence);
        }
    }
}
