using Inference.Feedback;
using Inference.Status;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Outcomes;

public sealed class OutcomeJudgeTests : IDisposable
{
    private static readonly RunArm s_treatment = new("7@abc", 0, 0.5, IsTreatment: true);
    private static readonly RunArm s_control = new("7@abc", 0, 0.5, IsTreatment: false);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly OutcomeOptions _options = new() { Maturity = TimeSpan.Zero, Interval = TimeSpan.FromSeconds(10) };
    private readonly ModelConditions _conditions = new();
    private readonly OutcomeJudge _judge;
    private TimeSpan? _delay;
    private int _changes;

    public OutcomeJudgeTests() => _judge = new OutcomeJudge("m", () => _options, _clock, () => _delay, _conditions);

    public void Dispose() => _judge.Dispose();

    [Fact]
    public void OnJoined_WorseTreatment_EvidenceOfHarmGrows()
    {
        using IOutcomeTrial trial = Begin();
        Report(5_000, 0.5, 0.3);
        _clock.Advance(_options.Interval);
        Assert.True(trial.Status.LogEvidence > Math.Log(100));
        Assert.True(trial.Status.High < 0);
        Assert.Equal(10_000, trial.Status.Treatment + trial.Status.Control);
        Assert.Equal(0.3, trial.Status.TreatmentMean, 0.03);
        Assert.Equal(1, _changes);
    }

    [Fact]
    public void OnJoined_BetterTreatment_IsNoEvidenceOfHarm()
    {
        using IOutcomeTrial trial = Begin();
        Report(5_000, 0.3, 0.5);
        _judge.Evaluate();
        Assert.True(trial.Status.LogEvidence < 0);
        Assert.True(trial.Status.Low > 0);
    }

    [Fact]
    public void OnJoined_NoArmOtherNameOtherTrial_ChangesNothing()
    {
        using IOutcomeTrial trial = Begin();
        _judge.OnJoined(Outcome(null, 1));
        _judge.OnJoined(Outcome(s_treatment, 1) with { Name = "revenue" });
        _judge.OnJoined(Outcome(s_treatment with { Trial = "6@abc" }, 1));
        _judge.Evaluate();
        Assert.Equal((0, 0), (trial.Status.Treatment, trial.Status.Control));
    }

    [Fact]
    public void OnJoined_BeforeTheTrialOrAfterItsEnd_ChangesNothing()
    {
        KeptPrediction early = Prediction(s_treatment);
        _clock.Advance(TimeSpan.FromMinutes(1));
        using IOutcomeTrial trial = Begin();
        _judge.OnJoined(new JoinedOutcome(early, 0, "label", 1, _clock.GetUtcNow()));
        _judge.Evaluate();
        Assert.Equal(0, trial.Status.Treatment);
        Assert.Equal(1, _judge.Unusable);
        trial.Dispose();
        int before = _changes;
        _judge.OnJoined(Outcome(s_treatment, 1));
        _judge.Evaluate();
        Assert.Equal(before, _changes);
    }

    [Fact]
    public void OnJoined_TextsAndNaN_AreCountedAsUnusable()
    {
        using IOutcomeTrial trial = Begin();
        _judge.OnJoined(Outcome(s_treatment, "bought"));
        _judge.OnJoined(Outcome(s_treatment, double.NaN));
        _judge.OnJoined(Outcome(s_treatment, 1e300));
        _judge.OnJoined(Outcome(s_treatment, -1e300));
        _judge.Evaluate();
        Assert.Equal(2, _judge.Unusable);
        Assert.Equal(2, trial.Status.Treatment);
        Assert.Equal(0.5, trial.Status.TreatmentMean);
    }

    [Fact]
    public void Judge_YoungPredictions_WaitForTheDelayOfLabels()
    {
        _options.Maturity = null;
        using IOutcomeTrial trial = Begin();
        _judge.OnJoined(Outcome(s_treatment, 1));
        _judge.Evaluate();
        Assert.Equal((0, 1), (trial.Status.Treatment, trial.Status.Waiting));
        _delay = TimeSpan.FromMinutes(30);
        _clock.Advance(TimeSpan.FromMinutes(29));
        _judge.OnJoined(Outcome(s_treatment, 0));
        _judge.Evaluate();
        Assert.Equal((0, 2), (trial.Status.Treatment, trial.Status.Waiting));
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((1, 1), (trial.Status.Treatment, trial.Status.Waiting));
        Assert.Equal(1, trial.Status.TreatmentMean);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnJoined_Correction_ReplacesTheEarlierValue(bool judged)
    {
        using IOutcomeTrial trial = Begin();
        JoinedOutcome first = Outcome(s_treatment, 0.37);
        _judge.OnJoined(first);
        if (judged)
        {
            _judge.Evaluate();
            _clock.Advance(TimeSpan.FromMinutes(2));
        }

        _judge.OnJoined(first with { Value = 1, Replaced = 0.37 });
        _judge.Evaluate();
        Assert.Equal(1, trial.Status.Treatment);
        Assert.Equal(1, trial.Status.TreatmentMean);
    }

    // A store whose write timed out but was committed answers the retry without the value that was replaced.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnJoined_AgainWithoutTheReplacedValue_CountsOnce(bool judged)
    {
        using IOutcomeTrial trial = Begin();
        JoinedOutcome first = Outcome(s_treatment, 0);
        _judge.OnJoined(first);
        if (judged)
        {
            _judge.Evaluate();
        }

        _judge.OnJoined(first with { Value = 1 });
        _judge.OnJoined(first with { Value = 1 });
        _judge.Evaluate();
        Assert.Equal((1, 1.0), (trial.Status.Treatment, trial.Status.TreatmentMean));
    }

    [Fact]
    public void OnJoined_CorrectionOfWhatWasNeverCounted_TakesNothingFromOthers()
    {
        using IOutcomeTrial trial = Begin();
        _judge.OnJoined(Outcome(s_treatment, 1));
        _judge.OnJoined(Outcome(s_treatment, 0) with { Replaced = 1 });
        _judge.Evaluate();
        Assert.Equal((2, 0.5), (trial.Status.Treatment, trial.Status.TreatmentMean));
    }

    // A process that starts again counts its stages from 0.
    [Fact]
    public void OnJoined_SameStageWithAnotherShare_IsAnotherStage()
    {
        using IOutcomeTrial trial = Begin();
        var random = new Random(3);
        foreach (double share in new[] { 0.1, 0.6 })
        {
            for (int i = 0; i < 2_000; i++)
            {
                _judge.OnJoined(Outcome(s_treatment with { Share = share, IsTreatment = random.NextDouble() < share }, 1));
            }
        }

        _judge.Evaluate();
        Assert.Equal(0, _judge.Unusable);
        Assert.Equal((2, 4_000, false), (trial.Status.Stages, trial.Status.Treatment + trial.Status.Control, trial.Status.SampleRatioMismatch));
    }

    [Fact]
    public async Task Status_WhileReportsAreCounted_IsReadWithoutWaiting()
    {
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        using var judge = new OutcomeJudge("m", () => new OutcomeOptions { Maturity = TimeSpan.Zero }, _clock, () =>
        {
            inside.Set();
            go.Wait();
            return null;
        });
        using IOutcomeTrial trial = judge.Begin("m", "7@abc", () => _changes++);
        Task evaluation = Task.Run(judge.Evaluate);
        inside.Wait();
        judge.OnJoined(Outcome(s_treatment, 1));
        Assert.Equal(0, trial.Status.Treatment);

        // The timer does not queue behind an evaluation that takes long.
        _clock.Advance(TimeSpan.FromSeconds(30));
        go.Set();
        await evaluation;
        Assert.Equal((1, 1), (trial.Status.Treatment, _changes));
    }

    [Fact]
    public void OnJoined_SubjectAgain_CountsOnce()
    {
        using IOutcomeTrial trial = Begin();
        JoinedOutcome first = Outcome(s_treatment, 0, "subject");
        _judge.OnJoined(first);
        _judge.OnJoined(Outcome(s_treatment, 1, "subject"));
        _judge.OnJoined(Outcome(s_control, 1, "subject"));
        _judge.OnJoined(first with { Value = 1, Replaced = 0 });
        _judge.Evaluate();
        Assert.Equal((1, 0, 1.0), (trial.Status.Treatment, trial.Status.Control, trial.Status.TreatmentMean));
    }

    [Fact]
    public void Judge_OutcomesMissingInOneArm_IsAMismatchAndACondition()
    {
        using IOutcomeTrial trial = Begin();
        for (int i = 0; i < 4_000; i++)
        {
            _judge.OnJoined(Outcome(i % 5 < 2 ? s_treatment : s_control, i % 2));
        }

        _judge.Evaluate();
        Assert.True(trial.Status.SampleRatioMismatch);
        Assert.Contains("shares of their calls", Assert.Single(_conditions.Current), StringComparison.Ordinal);
        trial.Dispose();
        Assert.Empty(_conditions.Current);
    }

    [Fact]
    public void Judge_MismatchOfTwoTrials_EndsOnlyWithItsOwn()
    {
        using IOutcomeTrial trial = Begin();
        Mismatch("7@abc");
        Mismatch("8~7");
        _judge.Evaluate();
        Assert.Equal(2, _conditions.Current.Count);
        trial.Dispose();
        Assert.Contains("8~7", Assert.Single(_conditions.Current), StringComparison.Ordinal);

        // Nobody ends a test without a handle: it has ended when no outcome comes any more.
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Empty(_conditions.Current);
    }

    [Fact]
    public void OnJoined_ManyTrials_ForgetsTheOneWithoutOutcomesForLongest()
    {
        for (int i = 0; i < 40; i++)
        {
            _judge.OnJoined(Outcome(s_treatment with { Trial = $"{i}~0" }, 1));
            _judge.OnJoined(Outcome(s_treatment with { Trial = "alive~0" }, 1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _judge.Evaluate();
        Assert.Equal(16, _judge.Trials.Count);
        Assert.Equal(40, _judge.Trials.Single(static t => t.Trial == "alive~0").Treatment);
    }

    [Fact]
    public void Judge_NewStage_IsStratified()
    {
        using IOutcomeTrial trial = Begin();
        var random = new Random(4);
        foreach ((int stage, double share, double rate) in new[] { (0, 0.1, 0.9), (1, 0.9, 0.2) })
        {
            for (int i = 0; i < 10_000; i++)
            {
                bool treatment = random.NextDouble() < share;
                _judge.OnJoined(Outcome(new RunArm("7@abc", stage, share, treatment), random.NextDouble() < rate));
            }
        }

        _judge.Evaluate();
        Assert.Equal(2, trial.Status.Stages);
        Assert.True(trial.Status.LogEvidence < Math.Log(20), "a difference of the stages is none of the arms");
        Assert.False(trial.Status.SampleRatioMismatch);
    }

    [Theory]
    [InlineData(OutcomeMeasure.SquaredError, 0.8, 1, 0.04)]
    [InlineData(OutcomeMeasure.AbsoluteError, 0.8, 1, 0.2)]
    [InlineData(OutcomeMeasure.Mistake, 0.8, 1, 0)]
    [InlineData(OutcomeMeasure.Mistake, 0.8, 0, 1)]
    [InlineData(OutcomeMeasure.Value, 0.8, 0.25, 0.25)]
    public void OnJoined_Measure_IsThatOfScoreAndLabel(OutcomeMeasure measure, double score, double label, double expected)
    {
        _options.Measure = measure;
        using IOutcomeTrial trial = Begin();
        var prediction = new KeptPrediction { Id = Guid.NewGuid(), At = _clock.GetUtcNow(), ModelVersion = "7", Arm = s_treatment, Columns = new FeedbackColumns(["score"], "score"), Values = new FeedbackValue[] { score } };
        _judge.OnJoined(new JoinedOutcome(prediction, 0, "label", label, _clock.GetUtcNow()));
        _judge.Evaluate();
        Assert.Equal(expected, trial.Status.TreatmentMean, 1e-9);
    }

    [Fact]
    public void Begin_OtherModel_Throws() => Assert.Throws<InferenceException>(() => _judge.Begin("other", "t", () => { }));

    private IOutcomeTrial Begin() => _judge.Begin("m", "7@abc", () => _changes++);

    private void Mismatch(string trial)
    {
        for (int i = 0; i < 4_000; i++)
        {
            _judge.OnJoined(Outcome((i % 5 < 2 ? s_treatment : s_control) with { Trial = trial }, i % 2));
        }
    }

    private void Report(int each, double control, double treatment)
    {
        var random = new Random(1);
        for (int i = 0; i < each; i++)
        {
            _judge.OnJoined(Outcome(s_control, random.NextDouble() < control));
            _judge.OnJoined(Outcome(s_treatment, random.NextDouble() < treatment));
        }
    }

    private KeptPrediction Prediction(RunArm? arm, string? subject = null) => new() { Id = Guid.CreateVersion7(), At = _clock.GetUtcNow(), ModelVersion = "7", Arm = arm, Subject = subject };

    private JoinedOutcome Outcome(RunArm? arm, FeedbackValue value, string? subject = null) => new(Prediction(arm, subject), 0, "label", value, _clock.GetUtcNow());
}
