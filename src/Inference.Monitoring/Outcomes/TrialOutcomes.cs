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
internal sealed class TrialOutcomes(string trial, OutcomeOptions options, DateTimeOffset began)
{
    // Subjects whose prediction is remembered, some 20 MB; most trials are decided with fewer, and further subjects do not count.
    private const int MostSubjects = 1 << 18;

    // A cohort waits for its youngest prediction: at most a 64th of the delay longer than its oldest.
    private const int CohortsInDelay = 64;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    // Interval of the difference as it is shown; the verdict is that of the test.
    private const double IntervalAlpha = 0.05;

    private readonly TwoArmTest _test = new(options.Tolerance);
    private readonly SortedDictionary<int, (StageKey Key, LossLevels Losses)> _judged = [];
    private readonly SortedDictionary<DateTimeOffset, Dictionary<int, LossLevels>> _cohorts = [];
    private readonly Dictionary<UInt128, UInt128> _subjects = [];
    private readonly Dictionary<int, double> _shares = [];
    private TimeSpan _width;
    private bool _changed = true;

    public string Trial => trial;

    /// <summary>Predictions of this time and later count.</summary>
    public DateTimeOffset Began { get; set; } = began;

    /// <summary>Told of changes; null for nobody.</summary>
    public Action? Changed { get; set; }

    public OutcomeTrialStatus Status { get; private set; } = new() { Trial = trial, Outcome = options.Name };

    /// <summary>Adds a report, or corrects one.</summary>
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
        if ((outcome.Prediction.Subject is { } subject && !TryTake(subject, prediction)) || (_shares.TryGetValue(arm.Stage, out double share) && share != arm.Share))
        {
            return false;
        }

        _shares[arm.Stage] = arm.Share;
        _width = _width == default ? Clamp((maturity ?? s_longest) / CohortsInDelay) : _width;
        int side = arm.IsTreatment ? 1 : 0;
        double uniform = (double)(ulong)(prediction >> 75) / (1UL << 53);
        if (outcome.Replaced is { } before && LossOf(options.Of(before.Number, outcome.Score)) is var old && !double.IsNaN(old))
        {
            Remove(outcome.PredictedAt, arm.Stage, side, LossLevels.LevelOf(old, uniform), old);
        }

        double loss = LossOf(value);
        Cohort(outcome.PredictedAt, arm.Stage).Add(side, LossLevels.LevelOf(loss, uniform), loss);
        return true;
    }

    /// <summary>Judges the cohorts that are old enough.</summary>
    /// <param name="now">The time.</param>
    /// <param name="maturity">The age from which on predictions are judged; null: none is.</param>
    /// <returns>Whether the status has changed.</returns>
    public bool Judge(DateTimeOffset now, TimeSpan? maturity)
    {
        while (maturity is { } age && _cohorts.Count > 0 && _cohorts.First() is var cohort && (age == TimeSpan.Zero || cohort.Key + age <= now))
        {
            _cohorts.Remove(cohort.Key);
            foreach ((int stage, LossLevels losses) in cohort.Value)
            {
                JudgedOf(stage).Merge(losses);
            }

            _changed = true;
        }

        long waiting = _cohorts.Values.Sum(static c => c.Values.Sum(static l => l.TotalOf(0) + l.TotalOf(1)));
        if (!_changed && waiting == Status.Waiting)
        {
            return false;
        }

        Status = _changed ? Evaluate(waiting) : Status with { Waiting = waiting };
        _changed = false;
        return true;
    }

    private OutcomeTrialStatus Evaluate(long waiting)
    {
        bool isBinary = _judged.Values.All(static s => s.Losses.IsBinary);
        ArmCounts[] counts = [.. _judged.Values.Select(s => s.Losses.ToCounts(s.Key, isBinary))];
        (double, long, long)[] units = [.. _judged.Values.Select(static s => (s.Key.Share, s.Losses.TotalOf(1), s.Losses.TotalOf(0)))];
        double ratio = SampleRatio.LogEvidence(units);
        (double Low, double High)? interval = new DifferenceSet(counts).Interval(IntervalAlpha);
        double width = options.Highest - options.Lowest;
        (double low, double high) = interval ?? (-1, 1);
        return new OutcomeTrialStatus
        {
            Trial = trial,
            Outcome = options.Name,
            Treatment = units.Sum(static u => u.Item2),
            TreatmentMean = MeanOf(1),
            Control = units.Sum(static u => u.Item3),
            ControlMean = MeanOf(0),
            Waiting = waiting,
            Stages = _judged.Count,
            LogEvidence = _test.LogEvidence(counts),
            Low = (options.IsLoss ? low : -high) * width,
            High = (options.IsLoss ? high : -low) * width,
            SampleRatioLogEvidence = ratio,
            SampleRatioMismatch = ratio >= -Math.Log(options.SampleRatioAlpha),
        };
    }

    private double MeanOf(int arm)
    {
        double loss = _judged.Values.Sum(s => s.Losses.SumOf(arm)) / _judged.Values.Sum(s => s.Losses.TotalOf(arm));
        return options.Lowest + ((options.IsLoss ? loss : 1 - loss) * (options.Highest - options.Lowest));
    }

    private double LossOf(double outcome)
    {
        double scaled = Math.Clamp((outcome - options.Lowest) / (options.Highest - options.Lowest), 0, 1);
        return options.IsLoss ? scaled : 1 - scaled;
    }

    // A subject counts once: whether it is new, or this prediction is the one that counts.
    private bool TryTake(string subject, UInt128 prediction)
    {
        UInt128 hash = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(subject));
        return _subjects.TryGetValue(hash, out UInt128 counted) ? counted == prediction : _subjects.Count < MostSubjects && _subjects.TryAdd(hash, prediction);
    }

    private void Remove(DateTimeOffset predictedAt, int stage, int arm, int level, double loss)
    {
        LossLevels? waiting = _cohorts.GetValueOrDefault(EndOf(predictedAt))?.GetValueOrDefault(stage);
        if (waiting?.Has(arm, level) is true)
        {
            waiting.Add(arm, level, loss, -1);
        }
        else if (_judged.TryGetValue(stage, out (StageKey Key, LossLevels Losses) judged) && judged.Losses.Has(arm, level))
        {
            judged.Losses.Add(arm, level, loss, -1);
            _changed = true;
        }
    }

    private LossLevels Cohort(DateTimeOffset predictedAt, int stage)
    {
        DateTimeOffset end = EndOf(predictedAt);
        if (!_cohorts.TryGetValue(end, out Dictionary<int, LossLevels>? cohort))
        {
            _cohorts[end] = cohort = [];
        }

        if (!cohort.TryGetValue(stage, out LossLevels? losses))
        {
            cohort[stage] = losses = new LossLevels();
        }

        return losses;
    }

    private LossLevels JudgedOf(int stage)
    {
        if (!_judged.TryGetValue(stage, out (StageKey Key, LossLevels Losses) judged))
        {
            _judged[stage] = judged = (new StageKey(stage, _shares[stage]), new LossLevels());
        }

        return judged.Losses;
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
