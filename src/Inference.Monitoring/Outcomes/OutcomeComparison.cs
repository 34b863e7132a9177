using Inference.Evaluation.Sequential;
using Inference.Monitoring.Outcomes;

namespace Inference.Monitoring;

/// <summary>
/// Compares the outcomes of two arms, of an A/B test or a canary: an interval of the difference and a verdict that are valid at every evaluation, so that one may look after each outcome and stop at any time. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Conditions: units (users, or calls if calls are assigned one by one) are assigned to arms at random with the stage's share, an outcome does not depend on those of other units, and a unit counts once. Within a stage each arm's mean
/// is constant; a change of the share begins a stage. The difference is the same in all stages.</para>
/// <para>The interval is that of bets on both arms together; it is narrower than that of <see cref="ConfidenceSequence"/>, which takes each arm by itself. Outcomes within a known range need not be binary. An outcome between two of 65 levels counts on one of them at random, with its mean preserved.</para>
/// </remarks>
public sealed class OutcomeComparison
{
    // Rounding to them adds a variance of at most 1/64 of the mean, which is little unless most of the range is hardly ever reached.
    private const int Levels = 64;

    private readonly OutcomeComparisonOptions _options;
    private readonly SortedDictionary<int, Stage> _stages = [];
    private readonly Random _random;
    private Dictionary<UInt128, bool>? _units;
    private long _duplicates;
    private long _crossed;
    private bool _isBinary = true;

    /// <summary>Initializes a comparison without outcomes.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public OutcomeComparison(OutcomeComparisonOptions? options = null)
    {
        _options = options ?? new OutcomeComparisonOptions();
        if (!(_options.Highest - _options.Lowest > 0) || !double.IsFinite(_options.Highest - _options.Lowest))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"Expected a finite lowest outcome below the highest, got {_options.Lowest} and {_options.Highest}.");
        }

        if (!(_options.Alpha is > 0 and < 1 && _options.SampleRatioAlpha is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"Expected probabilities above 0 and below 1, got {_options.Alpha} and {_options.SampleRatioAlpha}.");
        }

        // Rounding of outcomes to levels, not a secret.
        _random = new Random(_options.Seed);
    }

    /// <summary>Outcomes that count, of both arms.</summary>
    public long Rows { get; private set; }

    /// <summary>Begins a stage, or states its share.</summary>
    /// <param name="number">The number of the stage, from 0, in order of time.</param>
    /// <param name="share">The share of units assigned to the treatment, above 0, below 1; null if it is not known: the sample ratio is then not judged.</param>
    public void BeginStage(int number, double? share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        if (share is not null and not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share above 0 and below 1.");
        }

        if (!_stages.TryGetValue(number, out Stage? stage))
        {
            _stages[number] = stage = new Stage(number);
        }

        stage.Share = share;
    }

    /// <summary>Adds a unit.</summary>
    /// <param name="isTreatment">Its arm.</param>
    /// <param name="outcome">Its outcome; NaN if it is not known: the unit then counts for the sample ratio alone.</param>
    /// <param name="stage">The stage in which it was assigned, ≥ 0.</param>
    /// <param name="unit">What identifies the unit; null for a unit of its own. A unit that was added before is not added again.</param>
    /// <returns>Whether it was counted.</returns>
    public bool Add(bool isTreatment, double outcome, int stage = 0, UInt128? unit = null)
    {
        if (unit is { } id && !(_units ??= []).TryAdd(id, isTreatment))
        {
            _duplicates++;
            _crossed += _units[id] == isTreatment ? 0 : 1;
            return false;
        }

        if (!_stages.TryGetValue(stage, out Stage? counts))
        {
            BeginStage(stage, null);
            counts = _stages[stage];
        }

        counts.Units[isTreatment ? 1 : 0]++;
        if (double.IsNaN(outcome))
        {
            return true;
        }

        Rows++;
        double scaled = Math.Clamp((outcome - _options.Lowest) / (_options.Highest - _options.Lowest), 0, 1);
        _isBinary &= scaled is 0 or 1;
        counts.Arms[isTreatment ? 1 : 0].Add(scaled, scaled is 0 or 1 ? 0 : _random.NextDouble());
        counts.Sums[isTreatment ? 1 : 0] += scaled;
        return true;
    }

    /// <summary>A comparison of the outcomes added so far, to which none can be added.</summary>
    internal OutcomeComparison Freeze()
    {
        var copy = new OutcomeComparison(_options) { Rows = Rows, _isBinary = _isBinary };
        foreach ((int number, Stage stage) in _stages)
        {
            copy._stages[number] = stage.Clone();
        }

        return copy;
    }

    /// <summary>Evaluates all outcomes added so far.</summary>
    public OutcomeReport Evaluate()
    {
        Stage[] stages = [.. _stages.Values];
        var set = new DifferenceSet(Counts(stages));
        double width = _options.Highest - _options.Lowest;
        (double Low, double High)? interval = set.Interval(_options.Alpha);
        (double low, double high) = interval ?? Hull(stages);
        double ratio = RatioEvidence(stages);
        return new OutcomeReport
        {
            Control = ArmOf(stages, 0, _options.ControlName),
            Treatment = ArmOf(stages, 1, _options.TreatmentName),
            Difference = Difference(stages) * width,
            Low = low * width,
            High = high * width,
            IsConstant = interval is not null,
            Verdict = low > 0 ? VerdictOf(higher: true) : high < 0 ? VerdictOf(higher: false) : OutcomeVerdict.Undecided,
            SampleRatioLogEvidence = ratio,
            SampleRatioMismatch = ratio >= -Math.Log(_options.SampleRatioAlpha),
            Duplicates = _duplicates,
            Crossed = _crossed,
            Stages = stages.Length,
            Lowest = _options.Lowest,
            Highest = _options.Highest,
        };
    }

    /// <summary>The verdict, and whether there is a sample-ratio mismatch: those of <see cref="Evaluate"/> without the interval, for evaluations after each outcome.</summary>
    public (OutcomeVerdict Verdict, bool SampleRatioMismatch) Look()
    {
        Stage[] stages = [.. _stages.Values];
        bool mismatch = RatioEvidence(stages) >= -Math.Log(_options.SampleRatioAlpha);
        double difference = Difference(stages);

        // The interval does not contain 0 if 0 is excluded; whether every difference is, is seen in few cases, which Evaluate decides.
        return difference is double.NaN || new DifferenceSet(Counts(stages)).LogEvidence(0) < -Math.Log(_options.Alpha) ? (OutcomeVerdict.Undecided, mismatch) : (Evaluate().Verdict, mismatch);
    }

    private OutcomeVerdict VerdictOf(bool higher) => higher != _options.LowerIsBetter ? OutcomeVerdict.Better : OutcomeVerdict.Worse;

    private ArmCounts[] Counts(Stage[] stages) => [.. stages.Select(s => s.Counts(_isBinary))];

    private (double Low, double High) Hull(Stage[] stages)
    {
        double low = 1, high = -1;
        foreach (ArmCounts stage in Counts(stages))
        {
            double number = Math.PI * (stage.Stage.Number + 1.0);
            (double stageLow, double stageHigh) = new DifferenceSet([stage]).Interval(6 * _options.Alpha / (number * number)) ?? (-1, 1);
            (low, high) = (Math.Min(low, stageLow), Math.Max(high, stageHigh));
        }

        return (low, high);
    }

    private static double RatioEvidence(Stage[] stages)
    {
        (StageKey, long, long)[] known = [.. stages.Where(static s => s.Share is not null).Select(static s => (s.Key, s.Units[1], s.Units[0]))];
        return known.Length == 0 ? double.NaN : SampleRatio.LogEvidence(known);
    }

    private OutcomeArm ArmOf(Stage[] stages, int arm, string name)
    {
        long rows = stages.Sum(s => s.RowsOf(arm));
        double mean = stages.Sum(s => s.Sums[arm]) / rows;
        return new OutcomeArm(name, stages.Sum(s => s.Units[arm]), rows, rows == 0 ? double.NaN : _options.Lowest + (mean * (_options.Highest - _options.Lowest)));
    }

    private static double Difference(Stage[] stages)
    {
        double sum = 0, weights = 0;
        foreach (Stage stage in stages)
        {
            double treated = stage.RowsOf(1), controls = stage.RowsOf(0);
            if (treated > 0 && controls > 0)
            {
                double weight = treated * controls / (treated + controls);
                sum += weight * ((stage.Sums[1] / treated) - (stage.Sums[0] / controls));
                weights += weight;
            }
        }

        return sum / weights;
    }

    private sealed class Stage(int number)
    {
        // Shares are used as a stage's key, and any key serves where none is stated.
        private const double Unstated = 0.5;

        public double? Share { get; set; }

        public StageKey Key => new(number, Share ?? Unstated);

        public long[] Units { get; } = new long[2];

        public double[] Sums { get; } = new double[2];

        /// <summary>The outcomes of the control and of the treatment.</summary>
        public OutcomeCounts[] Arms { get; } = [new(Levels), new(Levels)];

        public long RowsOf(int arm) => Arms[arm].Total;

        /// <summary>The counts. Binary outcomes lie on the ends: two levels are the same counts and a fraction of the work.</summary>
        public ArmCounts Counts(bool isBinary)
        {
            var counts = new ArmCounts(Key, isBinary ? 1 : Levels);
            Copy(Arms[0], counts.Control, isBinary);
            Copy(Arms[1], counts.Treatment, isBinary);
            return counts;
        }

        public Stage Clone()
        {
            var copy = new Stage(number) { Share = Share };
            for (int arm = 0; arm < 2; arm++)
            {
                (copy.Units[arm], copy.Sums[arm]) = (Units[arm], Sums[arm]);
                copy.Arms[arm].Merge(Arms[arm]);
            }

            return copy;
        }

        private static void Copy(OutcomeCounts from, OutcomeCounts to, bool isBinary)
        {
            if (isBinary)
            {
                to.Add(from.Total, from.Counts[^1]);
            }
            else
            {
                to.Merge(from);
            }
        }
    }
}
