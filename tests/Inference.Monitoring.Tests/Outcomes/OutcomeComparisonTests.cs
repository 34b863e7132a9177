namespace Inference.Monitoring.Tests.Outcomes;

public class OutcomeComparisonTests
{
    [Fact]
    public void Evaluate_NoOutcomes_IsUndecidedOverTheWholeRange()
    {
        OutcomeReport report = new OutcomeComparison(new OutcomeComparisonOptions { Lowest = -5, Highest = 5 }).Evaluate();
        Assert.Equal(OutcomeVerdict.Undecided, report.Verdict);
        Assert.Equal((-10.0, 10.0), (report.Low, report.High));
        Assert.True(double.IsNaN(report.Difference));
        Assert.True(double.IsNaN(report.SampleRatioLogEvidence));
    }

    [Fact]
    public void Evaluate_TwoPointsMore_IsBetterAndTheIntervalHoldsTheDifference()
    {
        OutcomeReport report = Simulated(1, 60_000, 0.5, 0.10, 0.12).Evaluate();
        Assert.Equal(OutcomeVerdict.Better, report.Verdict);
        Assert.InRange(0.02, report.Low, report.High);
        Assert.True(report.Low > 0);
    }

    [Fact]
    public void Evaluate_LowerIsBetter_TurnsTheVerdict()
    {
        OutcomeComparison comparison = Simulated(1, 60_000, 0.5, 0.10, 0.12, new OutcomeComparisonOptions { LowerIsBetter = true });
        Assert.Equal(OutcomeVerdict.Worse, comparison.Evaluate().Verdict);
    }

    [Fact]
    public void Evaluate_NumericOutcomes_HoldsTheDifferenceInTheirUnit()
    {
        var comparison = new OutcomeComparison(new OutcomeComparisonOptions { Lowest = 0, Highest = 100 });
        var random = new Random(5);
        for (int i = 0; i < 30_000; i++)
        {
            bool treatment = random.Next(2) == 0;
            comparison.Add(treatment, 20 + (random.NextDouble() * 30) + (treatment ? 2 : 0));
        }

        OutcomeReport report = comparison.Evaluate();
        Assert.InRange(2.0, report.Low, report.High);
        Assert.Equal(2.0, report.Difference, 0.3);
        Assert.True(report.High - report.Low < 2);
    }

    [Fact]
    public void Evaluate_EqualArmsLookedAtAfterEveryBlock_AtMostFivePercentAreDecided()
    {
        int decided = 0;
        for (int run = 0; run < 200; run++)
        {
            var comparison = new OutcomeComparison();
            var random = new Random(900 + run);
            for (int block = 0; block < 40; block++)
            {
                Add(comparison, random, 100, 0.3, 0.5, 0.5);
                if (comparison.Look().Verdict != OutcomeVerdict.Undecided)
                {
                    decided++;
                    break;
                }
            }
        }

        Assert.InRange(decided, 0, 10);
    }

    [Fact]
    public void Add_UnitAgain_ChangesNothing()
    {
        OutcomeComparison once = new(), repeated = new();
        var random = new Random(3);
        for (int i = 0; i < 2_000; i++)
        {
            bool treatment = random.Next(2) == 0;
            double outcome = random.Next(2);
            once.Add(treatment, outcome, unit: (UInt128)i);
            Assert.True(repeated.Add(treatment, outcome, unit: (UInt128)i));
            Assert.False(repeated.Add(treatment, 1, unit: (UInt128)i));
            Assert.False(repeated.Add(!treatment, 0, unit: (UInt128)i));
        }

        OutcomeReport expected = once.Evaluate(), got = repeated.Evaluate();
        Assert.Equal(expected with { Duplicates = 4_000, Crossed = 2_000 }, got);
    }

    [Fact]
    public void Evaluate_SharesAsStated_ReportsNoMismatchAndOthersDo()
    {
        OutcomeComparison right = Simulated(1, 20_000, 0.1, 0.2, 0.2, share: 0.1), wrong = Simulated(1, 20_000, 0.1, 0.2, 0.2, share: 0.12);
        Assert.False(right.Evaluate().SampleRatioMismatch);
        Assert.True(wrong.Evaluate().SampleRatioMismatch);
    }

    [Fact]
    public void Evaluate_UnknownOutcomes_CountForTheRatioAlone()
    {
        var comparison = new OutcomeComparison();
        comparison.BeginStage(0, 0.5);
        comparison.Add(true, double.NaN);
        comparison.Add(false, 1);
        OutcomeReport report = comparison.Evaluate();
        Assert.Equal((1, 0, 1, 1), (report.Treatment.Units, report.Treatment.Rows, report.Control.Units, report.Control.Rows));
    }

    /// <summary>Shares and base rates that change together would give a difference where there is none (Simpson's paradox); stages keep them apart.</summary>
    [Fact]
    public void Evaluate_ShareAndBaseChangeTogether_StagesShowNoDifference()
    {
        OutcomeComparison joined = new(), staged = new();
        var random = new Random(8);
        foreach ((int stage, double share, double rate) in new[] { (0, 0.1, 0.05), (1, 0.9, 0.3) })
        {
            staged.BeginStage(stage, share);
            for (int i = 0; i < 20_000; i++)
            {
                bool treatment = random.NextDouble() < share;
                double outcome = random.NextDouble() < rate ? 1 : 0;
                joined.Add(treatment, outcome);
                staged.Add(treatment, outcome, stage);
            }
        }

        Assert.Equal(OutcomeVerdict.Better, joined.Evaluate().Verdict);
        OutcomeReport report = staged.Evaluate();
        Assert.Equal(OutcomeVerdict.Undecided, report.Verdict);
        Assert.InRange(report.Difference, -0.02, 0.02);
        Assert.False(report.SampleRatioMismatch);
    }

    [Fact]
    public void Evaluate_DifferenceTurnsBetweenStages_SaysSoAndDecidesNothing()
    {
        var comparison = new OutcomeComparison();
        var random = new Random(8);
        Add(comparison, random, 20_000, 0.5, 0.2, 0.4, stage: 0);
        Add(comparison, random, 20_000, 0.5, 0.4, 0.2, stage: 1);
        OutcomeReport report = comparison.Evaluate();
        Assert.False(report.IsConstant);
        Assert.Equal(OutcomeVerdict.Undecided, report.Verdict);
        Assert.InRange(-0.2, report.Low, report.High);
        Assert.InRange(0.2, report.Low, report.High);
    }

    [Theory]
    [InlineData(1, 1, 0.05)]
    [InlineData(double.NaN, 1, 0.05)]
    [InlineData(0, double.PositiveInfinity, 0.05)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 1, 1)]
    public void Constructor_OptionsOutOfRange_Throws(double lowest, double highest, double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OutcomeComparison(new OutcomeComparisonOptions { Lowest = lowest, Highest = highest, Alpha = alpha }));

    [Fact]
    public void Render_Page_IsSelfContainedAndEncodesNames()
    {
        var timeline = new OutcomeTimeline(new OutcomeComparisonOptions { TreatmentName = "<script>" });
        var random = new Random(2);
        for (int i = 0; i < 5_000; i++)
        {
            timeline.Add(random.Next(2) == 0, random.Next(2));
        }

        IReadOnlyList<OutcomePoint> points = timeline.Evaluate();
        Assert.InRange(points.Count, 10, 64);
        Assert.Equal(5_000, points[^1].Rows);
        Assert.True(points.Zip(points.Skip(1)).All(static p => p.First.Rows < p.Second.Rows));
        string page = OutcomeReportPage.Render(timeline.Comparison.Evaluate(), points, "<b>a</b>");
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    private static OutcomeComparison Simulated(int seed, int rows, double stated, double control, double treatment, OutcomeComparisonOptions? options = null, double? share = null)
    {
        var comparison = new OutcomeComparison(options);
        comparison.BeginStage(0, stated);
        Add(comparison, new Random(seed), rows, share ?? stated, control, treatment);
        return comparison;
    }

    private static void Add(OutcomeComparison comparison, Random random, int rows, double share, double control, double treatment, int stage = 0)
    {
        for (int i = 0; i < rows; i++)
        {
            bool isTreatment = random.NextDouble() < share;
            comparison.Add(isTreatment, random.NextDouble() < (isTreatment ? treatment : control) ? 1 : 0, stage);
        }
    }
}
