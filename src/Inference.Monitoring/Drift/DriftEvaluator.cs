using Inference.Evaluation.Sequential;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>Evaluates buckets of rows one after the other. Not thread-safe.</summary>
/// <remarks><para>The data-set alarm is raised when the mean of the columns' e-detectors reaches 1/α: the mean is an e-detector under any dependence of the columns, so that without a change it takes at least 1/α buckets on average. Columns are then named by
/// e-d-BH (<see cref="DetectorPanel.Named"/>), whose guarantee is about the error over patience and not a false-discovery rate.</para>
/// <para>Columns together have 70 % of the weight, pairs, residuals and parities 30 %: a weighted mean of e-detectors is one too, and e-d-BH takes the weighted values.</para>
/// <para>All detectors start again after a data-set alarm, so that the bound holds from each alarm to the next.</para>
/// <para>A named column leaves the mean, where it counts as 0, and its detector starts again alone: as long as it finds the change again within a number of buckets it stays in alarm; then it returns to the mean with no evidence. The number is
/// twice the time in which evidence that grows as it did before the alarm is enough again, at least <see cref="DriftSettings.RecoverAfter"/> and at most <see cref="DriftSettings.MostRecoverAfter"/>.</para></remarks>
internal sealed partial class DriftEvaluator
{
    // Below the run length by this factor the rows so far are not taken for a beginning change.
    private const double QuietFactor = 20;

    private readonly DriftSettings _settings;
    private readonly ColumnDetector[] _detectors;
    private readonly MonitoringState[] _states;
    private readonly int[] _quietBuckets;
    private readonly int[] _recoverAfter;
    private readonly double _quiet;
    private readonly double[] _weights;
    private readonly HeldRows _held;
    private readonly SeasonBets? _seasons;
    private readonly ColumnBets[] _whole;
    private readonly LimitLevels _levels;
    private int _season = -1;
    private int _acknowledgedCount;

    /// <summary>Initializes an evaluator.</summary>
    /// <param name="columns">The columns and pairs.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="seasons">The bets by season; null if all rows have one reference.</param>
    public DriftEvaluator(IReadOnlyList<WatchedColumn> columns, DriftSettings settings, SeasonBets? seasons = null)
    {
        _seasons = seasons;
        double delta = (1 - settings.Confidence) / (seasons?.References ?? 1);
        _levels = LimitLevels.Share([.. columns.Select(static c => c.Coding)], delta);
        Columns = columns;
        _settings = settings;
        _quiet = settings.RunLength / QuietFactor;
        ColumnBets[] bets = DriftLimits.Create([.. columns.Select(static c => c.Coding)], delta, [.. columns.Select(c => c.Tolerance ?? settings.Tolerance)]);
        _whole = bets;
        _detectors = [.. bets.Select(b => new ColumnDetector(b, _quiet))];
        _states = new MonitoringState[columns.Count];
        _quietBuckets = new int[columns.Count];
        _recoverAfter = new int[columns.Count];
        _held = new HeldRows(columns, settings.MinimumRows);
        _weights = WeightsOf(columns);
    }

    /// <summary>The columns and pairs.</summary>
    public IReadOnlyList<WatchedColumn> Columns { get; }

    /// <summary>The number of buckets evaluated.</summary>
    public long Buckets { get; private set; }

    /// <summary>ln of the mean of the detectors of columns that are not in alarm.</summary>
    public double Evidence { get; private set; } = double.NegativeInfinity;

    /// <summary>The state of all columns together.</summary>
    public MonitoringState State { get; private set; } = MonitoringState.Learning;

    /// <summary>Whether all columns in alarm were seen by a person.</summary>
    public bool IsAcknowledged => _acknowledgedCount > 0 && State == MonitoringState.Alarm;

    /// <summary>The state of a column.</summary>
    public MonitoringState StateOf(int column) => Buckets == 0 ? MonitoringState.Learning : _states[column];

    /// <summary>ln of a column's detector.</summary>
    public double EvidenceOf(int column) => Math.Log(_detectors[column].Value);

    /// <summary>The distance of a column's recent rows from its reference.</summary>
    public Effect EffectOf(int column) => _detectors[column].RecentEffect();

    /// <summary>Returns a column's recent rows, in coded cells.</summary>
    public long[] RecentOf(int column) => _detectors[column].Recent();

    /// <summary>Marks the alarm as seen, until another column is named.</summary>
    public void Acknowledge() => _acknowledgedCount = State == MonitoringState.Alarm ? 1 : 0;

    /// <summary>Adds a bucket.</summary>
    /// <param name="counts">The counts of each column.</param>
    /// <param name="rows">The rows of the bucket. Fewer than <see cref="DriftSettings.MinimumRows"/>: it is joined with the next.</param>
    /// <param name="season">The season of the bucket; −1 for none. Rows that are held of another one are judged first, however few.</param>
    /// <returns>The columns that this bucket's data-set alarm names; empty if there is none.</returns>
    public IReadOnlyList<DriftAlarm> Add(CountsOf counts, long rows, int season = -1)
    {
        IReadOnlyList<DriftAlarm> before = _seasons is not null && season != _season && _held.Rows > 0 ? AddHeld(null) : [];
        _season = season;
        if (_held.Rows + rows < _settings.MinimumRows)
        {
            _held.Add(counts, rows);
            return before;
        }

        IReadOnlyList<DriftAlarm> alarms = AddHeld(counts);
        return before.Count == 0 ? alarms : [.. before, .. alarms];
    }

    /// <summary>Returns the reference of a column's recent rows, in coded cells.</summary>
    public long[] ReferenceOf(int column) => _detectors[column].RecentReference();

    // The rows that are held, and those of a bucket.
    private IReadOnlyList<DriftAlarm> AddHeld(CountsOf? counts)
    {
        Span<long> cells = stackalloc long[CellCoding.MostCells];
        for (int i = 0, first = 0; i < _detectors.Length; i++)
        {
            Span<long> coded = cells[..Columns[i].Coding.Count];
            coded.Clear();
            if (counts is not null)
            {
                Columns[i].Coding.Code(counts(i), coded);
            }

            _held.AddTo(first, coded);
            ColumnBets? season = _seasons is null ? null : _seasons.Find(_season, i, _levels, Columns[i].Tolerance ?? _settings.Tolerance) ?? _whole[i];
            _detectors[i].AddCoded(coded, season);
            first += coded.Length;
        }

        _held.Clear();
        Buckets++;
        return Judge();
    }

    // Weights have a mean of 1. Pairs are many, and most changes show in columns.
    private static double[] WeightsOf(IReadOnlyList<WatchedColumn> columns)
    {
        const double ShareOfJoint = 0.3;
        int joint = columns.Count(static c => c.IsJoint), singles = columns.Count - joint;
        return [.. columns.Select(c => joint == 0 || singles == 0 ? 1 : c.IsJoint ? ShareOfJoint * columns.Count / joint : (1 - ShareOfJoint) * columns.Count / singles)];
    }

    private IReadOnlyList<DriftAlarm> Judge()
    {
        // A column without evidence counts as this in logarithms: 0 has none.
        const double Nothing = -1000;
        var logs = new double[_detectors.Length];
        double sum = 0;
        for (int i = 0; i < logs.Length; i++)
        {
            bool watched = _states[i] != MonitoringState.Alarm;
            double value = _weights[i] * _detectors[i].Value;
            sum += watched ? value : 0;
            logs[i] = watched && value > 0 ? Math.Log(value) : Nothing;
            if (!watched)
            {
                Follow(i, _detectors[i].Value);
            }
        }

        double mean = sum / Math.Max(logs.Length, 1), warning = _settings.RunLength / _settings.WarningFactor;
        Evidence = Math.Log(mean);
        IReadOnlyList<DriftAlarm> alarms = mean >= _settings.RunLength ? Name(logs) : [];
        bool warned = mean >= warning;
        for (int i = 0; i < _states.Length; i++)
        {
            if (_states[i] != MonitoringState.Alarm)
            {
                _states[i] = warned && _detectors[i].Value >= warning ? MonitoringState.Warning : MonitoringState.Healthy;
            }
        }

        State = Array.IndexOf(_states, MonitoringState.Alarm) >= 0 ? MonitoringState.Alarm : warned ? MonitoringState.Warning : MonitoringState.Healthy;
        _acknowledgedCount = alarms.Count > 0 || State != MonitoringState.Alarm ? 0 : _acknowledgedCount;
        return alarms;
    }

    // A column in alarm: does the change last?
    private void Follow(int column, double value)
    {
        if (value >= _settings.RunLength)
        {
            _quietBuckets[column] = 0;
            foreach (int blamed in Columns[column].Blamed)
            {
                // What a pair shows is held against the columns that it was blamed on.
                _quietBuckets[blamed] = 0;
            }

            _detectors[column].Reset();
        }
        else if (++_quietBuckets[column] >= _recoverAfter[column])
        {
            _states[column] = MonitoringState.Healthy;
            _detectors[column].Reset();
        }
    }

    private List<DriftAlarm> Name(double[] logs)
    {
        IReadOnlyList<int> named = DetectorPanel.Named(logs, _settings.RunLength);
        // The mean can be reached by many columns with a little each, none of which has enough for a name: the one with the most stands for them.
        named = named.Count > 0 ? named : [Array.IndexOf(logs, logs.Max())];
        List<DriftAlarm> alarms = DriftNaming.Name(Columns, _detectors, named, Enumerable.Range(0, _states.Length).Where(i => _states[i] == MonitoringState.Alarm), Buckets - 1);
        alarms.RemoveAll(a => a.Size < _settings.MinimumEffect);
        foreach (DriftAlarm alarm in alarms)
        {
            Raise(alarm.Column, alarm.Pair >= 0 ? alarm.Pair : alarm.Column);
        }

        foreach (int joint in named.Where(i => Columns[i].IsJoint))
        {
            // A change too small to matter raises no alarm of its pair either.
            if (alarms.Exists(a => a.Pair == joint) || DriftNaming.IsExplained(Columns[joint], i => _states[i] == MonitoringState.Alarm))
            {
                Raise(joint, joint);
            }
        }

        for (int i = 0; i < _detectors.Length; i++)
        {
            if (_states[i] != MonitoringState.Alarm || named.Contains(i) || _quietBuckets[i] == 0)
            {
                _detectors[i].Reset();
            }
        }

        return alarms;
    }

    // The evidence grew by the quiet factor in the detector's age; to be found again it must grow from nothing: by the run length, over the share of the bet that leads.
    private void Raise(int column, int detector)
    {
        ColumnDetector found = _detectors[detector];
        double again = Math.Log(_settings.RunLength / found.Bets.WeightOf(found.LeadingBet())) / Math.Log(QuietFactor) * found.Age;
        int after = (int)Math.Clamp(2 * again, _settings.RecoverAfter, Math.Max(_settings.MostRecoverAfter, _settings.RecoverAfter));
        _recoverAfter[column] = _states[column] == MonitoringState.Alarm ? Math.Max(_recoverAfter[column], after) : after;
        _states[column] = MonitoringState.Alarm;
        _quietBuckets[column] = 0;
    }
}
