using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Inference.Evaluation.Sequential;
using Inference.Status;

namespace Inference.Monitoring.Outcomes;

/// <summary>The outcomes of one trial: judged ones by stage, and those that wait until predictions of their age have most of their labels. Not thread-safe.</summary>
/// <param name="trial">The trial.</param>
/// <param name="options">What is judged.</param>
/// <param name="began">Predictions before are not judged.</param>
internal sealed partial class TrialOutcomes(string trial, OutcomeOptions options, DateTimeOffset began)
{
    // Units whose loss is remembered, some 30 MB; most trials are decided with fewer.
    private const int MostUnits = 1 << 18;

    // A cohort waits for its youngest prediction: at most a 64th of the delay longer than its oldest.
    private const int CohortsInDelay = 64;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    // Interval of the difference as it is shown; the verdict is that of the test.
    private const double IntervalAlpha = 0.05;

    private readonly TwoArmTest _test = new(options.Tolerance);
    private readonly SortedDictionary<int, (StageKey Key, LossLevels Losses)> _judged = [];
    private readonly SortedDictionary<DateTimeOffset, OutcomeCohort> _cohorts = [];
    private readonly Dictionary<UInt128, CountedUnit> _units = [];
    private readonly Queue<UInt128> _nameless = [];
    private readonly Dictionary<(int Stage, double Share), StageKey> _stages = [];
    private OutcomeTrialStatus _status = new() { Trial = trial, Outcome = options.Name };
    private TimeSpan _width;
    private long _serial;
    private long _ownWaiting;
    private bool _changed = true;
    private bool _hasForgotten;

    public string Trial => trial;

    /// <summary>Predictions of this time and later count.</summary>
    public DateTimeOffset Began { get; } = began;

    /// <summary>When the last report came, or when it began.</summary>
    public DateTimeOffset LastReport { get; set; }

    /// <summary>Whether its sample-ratio mismatch is reported as a condition.</summary>
    public bool IsReported { get; set; }

    /// <summary>Told of changes; null for nobody.</summary>
    public Action? Changed { get; set; }

    /// <summary>Whether nothing counts any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The last status. Immutable; may be read and set by any thread.</summary>
    public OutcomeTrialStatus Status
    {
        get => Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, value);
    }

    /// <summary>Ends it; the status remains.</summary>
    public void End()
    {
        (HasEnded, Changed, _changed) = (true, null, false);
        _units.Clear();
        _units.TrimExcess();
        _nameless.Clear();
        _cohorts.Clear();
    }

    /// <summary>Adds a report. One about a prediction that counts already replaces its value, whatever that was, so that a report that is delivered again changes nothing.</summary>
    /// <param name="outcome">The report; of this trial and with the name that is judged.</param>
    /// <param name="maturity">The age from which on predictions are judged; null while it is not known.</param>
    /// <returns>Whether it counts.</returns>
    public bool Add(in JoinedOutcome outcome, TimeSpan? maturity)
    {
        RunArm arm = outcome.Arm!;
        double value = options.Of(outcome.Value.Number, outcome.Score);
        if (outcome.PredictedAt < Began || double.IsNaN(value) || !(arm.Share is > 0 and < 1) || arm.Stage < 0)
        {
            return false;
        }

        UInt128 prediction = HashOf(outcome.PredictionId, outcome.Row);
        UInt128 unit = outcome.Prediction.Subject is { } subject ? XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(subject)) : prediction;
        double loss = LossOf(value);
        if (_units.TryGetValue(unit, out CountedUnit counted))
        {
            // A subject counts by the first of its predictions of which there is an outcome.
            if (counted.Prediction != prediction || counted.Loss == loss)
            {
                return counted.Prediction == prediction;
            }

            Remove(counted);
        }
        else if (IsCountedElsewhere(outcome) || !MakeRoom(outcome))
        {
            return false;
        }

        _width = _width == default ? Clamp((maturity ?? s_longest) / CohortsInDelay) : _width;
        double uniform = (double)(ulong)(prediction >> 75) / (1UL << 53);
        DateTimeOffset end = EndOf(outcome.PredictedAt);
        OutcomeCohort cohort = CohortOf(end);
        counted = new CountedUnit(prediction, end, cohort.Serial, StageOf(arm.Stage, arm.Share), arm.IsTreatment ? 1 : 0, LossLevels.LevelOf(loss, uniform), loss);
        _units[unit] = counted;
        cohort.Of(counted.Stage).Add(counted.Arm, counted.Level, loss);
        return true;
    }

    /// <summary>Judges the cohorts that are old enough.</summary>
    /// <param name="now">The time.</param>
    /// <param name="maturity">The age from which on predictions are judged; null: none is.</param>
    /// <returns>What the status is to be computed from, which holds nothing of this instance; null if it has not changed.</returns>
    public TrialCounts? Judge(DateTimeOffset now, TimeSpan? maturity)
    {
        if (HasEnded)
        {
            return null;
        }

        while (maturity is { } age && _cohorts.Count > 0 && _cohorts.First() is var cohort && (age == TimeSpan.Zero || cohort.Key + age <= now))
        {
            _cohorts.Remove(cohort.Key);
            foreach ((StageKey stage, LossLevels losses) in cohort.Value.Stages)
            {
                LevelsOf(_judged, stage).Merge(losses);
            }

            _changed = true;
            _shared.Change();
        }

        long own = OwnWaiting;
        if (own != _ownWaiting)
        {
            _ownWaiting = own;
            _shared.Change();
        }

        long waiting = own + _shared.Waiting;
        OutcomeTrialStatus status = Status;
        if (!_changed)
        {
            return waiting == status.Waiting ? null : new TrialCounts(status with { Waiting = waiting }, null, []);
        }

        _changed = false;
        SortedDictionary<int, (StageKey Key, LossLevels Losses)> judged = _shared.HasOthers ? Together() : _judged;
        bool isBinary = judged.Values.All(static s => s.Losses.IsBinary);
        ArmCounts[] counts = [.. judged.Values.Select(s => s.Losses.ToCounts(s.Key, isBinary))];
        (StageKey, long, long)[] units = [.. judged.Values.Select(static s => (s.Key, s.Losses.TotalOf(1), s.Losses.TotalOf(0)))];
        status = new OutcomeTrialStatus
        {
            Trial = trial,
            Outcome = options.Name,
            Treatment = units.Sum(static u => u.Item2),
            TreatmentMean = MeanOf(judged.Values, 1),
            Control = units.Sum(static u => u.Item3),
            ControlMean = MeanOf(judged.Values, 0),
            Waiting = waiting,
            Stages = judged.Count,
        };
        return new TrialCounts(status, counts, units);
    }

    /// <summary>Computes the status, which takes a while. Thread-safe.</summary>
    /// <param name="counts">What was counted.</param>
    public OutcomeTrialStatus Evaluate(TrialCounts counts)
    {
        if (counts.Arms is not { } arms)
        {
            return counts.Status;
        }

        double ratio = SampleRatio.LogEvidence(counts.Units);
        double width = options.Highest - options.Lowest;
        (double low, double high) = new DifferenceSet(arms).Interval(IntervalAlpha) ?? (-1, 1);
        return counts.Status with
        {
            LogEvidence = _test.LogEvidence(arms),
            Low = (options.IsLoss ? low : -high) * width,
            High = (options.IsLoss ? high : -low) * width,
            SampleRatioLogEvidence = ratio,
            SampleRatioMismatch = ratio >= -Math.Log(options.SampleRatioAlpha),
        };
    }

    private long OwnWaiting => _cohorts.Values.Sum(static c => c.Stages.Values.Sum(static l => l.TotalOf(0) + l.TotalOf(1)));

    private double MeanOf(IEnumerable<(StageKey Key, LossLevels Losses)> stages, int arm)
    {
        double loss = stages.Sum(s => s.Losses.SumOf(arm)) / stages.Sum(s => s.Losses.TotalOf(arm));
        return options.Lowest + ((options.IsLoss ? loss : 1 - loss) * (options.Highest - options.Lowest));
    }

    private double LossOf(double outcome)
    {
        double scaled = Math.Clamp((outcome - options.Lowest) / (options.Highest - options.Lowest), 0, 1);
        return options.IsLoss ? scaled : 1 - scaled;
    }

    // A subject that was forgotten would count twice: further ones do not count. A prediction without a subject is reported again soon or never: the oldest is forgotten, and a correction of what may be forgotten does not count.
    private bool MakeRoom(in JoinedOutcome outcome)
    {
        bool isNameless = outcome.Prediction.Subject is null;
        if (isNameless && _hasForgotten && outcome.Replaced is not null)
        {
            return false;
        }

        if (_units.Count >= MostUnits)
        {
            if (!isNameless || !_nameless.TryDequeue(out UInt128 oldest))
            {
                return false;
            }

            _units.Remove(oldest);
            _hasForgotten = true;
        }

        if (isNameless)
        {
            _nameless.Enqueue(HashOf(outcome.PredictionId, outcome.Row));
        }

        return true;
    }

    private void Remove(in CountedUnit unit)
    {
        // A cohort that began again after it was judged has another serial.
        if (_cohorts.TryGetValue(unit.End, out OutcomeCohort? waiting) && waiting.Serial == unit.Cohort)
        {
            waiting.Of(unit.Stage).Add(unit.Arm, unit.Level, unit.Loss, -1);
            return;
        }

        LevelsOf(_judged, unit.Stage).Add(unit.Arm, unit.Level, unit.Loss, -1);
        _changed = true;
        _shared.Change();
    }

    private OutcomeCohort CohortOf(DateTimeOffset end)
    {
        if (!_cohorts.TryGetValue(end, out OutcomeCohort? cohort))
        {
            _cohorts[end] = cohort = new OutcomeCohort(_serial++);
        }

        return cohort;
    }

    // A process that starts again counts stages from 0, perhaps at another share.
    private StageKey StageOf(int number, double share)
    {
        if (!_stages.TryGetValue((number, share), out StageKey stage))
        {
            _stages[(number, share)] = stage = new StageKey(_stages.Count, share);
        }

        return stage;
    }

    private static LossLevels LevelsOf(SortedDictionary<int, (StageKey Key, LossLevels Losses)> stages, StageKey stage)
    {
        if (!stages.TryGetValue(stage.Number, out (StageKey Key, LossLevels Losses) known))
        {
            stages[stage.Number] = known = (stage, new LossLevels());
        }

        return known.Losses;
    }

    private DateTimeOffset EndOf(DateTimeOffset predictedAt) => new(((predictedAt.UtcTicks / _width.Ticks) + 1) * _width.Ticks, TimeSpan.Zero);

    private static TimeSpan Clamp(TimeSpan width) => width < s_shortest ? s_shortest : width > s_longest ? s_longest : width;

    private static UInt128 HashOf(Guid id, int row)
    {
        Span<byte> bytes = stackalloc byte[16 + sizeof(int)];
        id.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], row);
        return XxHash128.HashToUInt128(bytes);
    }
}
