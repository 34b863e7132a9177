using Inference.Monitoring.Drift;

namespace Inference.Monitoring.Tests.Drift;

public sealed class DriftEvaluatorTests
{
    private static readonly long[] s_reference = [0, 0, 5_000, 5_000, 5_000, 5_000, 0, 0, 0, 0];
    private static readonly long[] s_same = [0, 0, 125, 125, 125, 125, 0, 0, 0, 0];
    private static readonly long[] s_shifted = [0, 0, 50, 100, 150, 200, 0, 0, 0, 0];

    [Fact]
    public void Add_FewRows_IsLearningUntilEnoughWereJoined()
    {
        DriftEvaluator evaluator = Create(2);
        long[] few = [0, 0, 30, 30, 30, 30, 0, 0, 0, 0];
        for (int i = 0; i < 4; i++)
        {
            evaluator.Add(_ => few, 120);
            Assert.Equal(MonitoringState.Learning, evaluator.State);
        }

        evaluator.Add(_ => few, 120);
        Assert.Equal(MonitoringState.Healthy, evaluator.State);
        Assert.Equal(1, evaluator.Buckets);
    }

    [Fact]
    public void Add_OneColumnChanges_ItAloneIsNamedOnceAndRecovers()
    {
        DriftEvaluator evaluator = Create(3);
        List<DriftAlarm> alarms = [];
        for (int i = 0; i < 100; i++)
        {
            alarms.AddRange(evaluator.Add(column => i >= 10 && i < 40 && column == 1 ? s_shifted : s_same, 500));
            if (i < 10)
            {
                Assert.Equal(MonitoringState.Healthy, evaluator.State);
            }
            else if (i < 40 && alarms.Count > 0)
            {
                Assert.Equal(MonitoringState.Alarm, evaluator.State);
            }
        }

        DriftAlarm alarm = Assert.Single(alarms);
        Assert.Equal((1, DriftRules.Shift), (alarm.Column, alarm.Rule));
        Assert.InRange(alarm.Bucket, 10, 12);
        Assert.True(alarm.Size > 0.05);
        Assert.Equal(MonitoringState.Healthy, evaluator.State);
        Assert.Equal(MonitoringState.Healthy, evaluator.StateOf(1));
    }

    [Fact]
    public void Add_AlarmAcknowledged_IsSeenUntilAnotherColumnIsNamed()
    {
        DriftEvaluator evaluator = Create(3);
        while (evaluator.Add(column => column == 0 ? s_shifted : s_same, 500).Count == 0)
        {
        }

        evaluator.Acknowledge();
        evaluator.Add(column => column == 0 ? s_shifted : s_same, 500);
        Assert.True(evaluator.IsAcknowledged);
        while (evaluator.Add(column => column <= 1 ? s_shifted : s_same, 500).Count == 0)
        {
        }

        Assert.False(evaluator.IsAcknowledged);
        Assert.Equal(MonitoringState.Alarm, evaluator.State);
    }

    [Fact]
    public void Add_ChangeBelowTheEffect_IsNoAlarm()
    {
        var evaluator = new DriftEvaluator([Column("a")], new DriftSettings { RunLength = 1_000, Tolerance = 0, MinimumEffect = 0.2 });
        for (int i = 0; i < 60; i++)
        {
            Assert.Empty(evaluator.Add(_ => [0, 0, 100, 115, 135, 150, 0, 0, 0, 0], 500));
        }
    }

    [Theory]
    [InlineData(1, DriftRules.Range)]
    [InlineData(0, DriftRules.Infinite)]
    [InlineData(8, DriftRules.Missing)]
    [InlineData(9, DriftRules.Missing)]
    public void Add_RowsInASpecialCell_NameItsRule(int cell, string rule)
    {
        DriftEvaluator evaluator = Create(1);
        long[] counts = [.. s_same];
        counts[cell] = 40;
        IReadOnlyList<DriftAlarm> alarms = [];
        for (int i = 0; i < 5 && alarms.Count == 0; i++)
        {
            alarms = evaluator.Add(_ => counts, 540);
        }

        Assert.Equal(rule, Assert.Single(alarms).Rule);
    }

    [Fact]
    public void Add_OneValueOnly_IsConstant()
    {
        DriftEvaluator evaluator = Create(1);
        Assert.Equal(DriftRules.Constant, Assert.Single(evaluator.Add(_ => [0, 0, 0, 500, 0, 0, 0, 0, 0, 0], 500)).Rule);
    }

    [Fact]
    public void Add_PairChangesAndItsColumnsDoNot_ColumnOfMostPairsIsBlamed()
    {
        long[] joint = [5_000, 0, 0, 5_000, 0, 0, 0], broken = [125, 125, 125, 125, 0, 0, 0];
        WatchedColumn[] columns = [Column("a"), Column("b"), Column("c"), Pair("a × b", 0, 1, joint), Pair("b × c", 1, 2, joint)];
        var evaluator = new DriftEvaluator(columns, new DriftSettings { RunLength = 1_000 });
        DriftAlarm alarm = Assert.Single(evaluator.Add(column => columns[column].IsPair ? broken : s_same, 500));
        Assert.Equal((1, DriftRules.Joint), (alarm.Column, alarm.Rule));
        Assert.Equal(MonitoringState.Alarm, evaluator.StateOf(1));
        Assert.Equal(MonitoringState.Healthy, evaluator.StateOf(0));
    }

    [Fact]
    public void Add_PairThatAColumnInAlarmExplains_IsNotNamed()
    {
        long[] joint = [5_000, 0, 0, 5_000, 0, 0, 0], broken = [125, 125, 125, 125, 0, 0, 0];
        WatchedColumn[] columns = [Column("a"), Column("b"), Pair("a × b", 0, 1, joint)];
        var evaluator = new DriftEvaluator(columns, new DriftSettings { RunLength = 1_000 });
        List<DriftAlarm> alarms = [];
        for (int i = 0; i < 10; i++)
        {
            alarms.AddRange(evaluator.Add(column => column == 2 ? i < 3 ? [250, 0, 0, 250, 0, 0, 0] : broken : column == 0 ? s_shifted : s_same, 500));
        }

        Assert.Equal([0], alarms.Select(static a => a.Column).Distinct());
    }

    [Fact]
    public void Add_ColumnsReachTheMeanTogether_AllStartAgainAfterTheAlarm()
    {
        // Neither has enough for a name of its own when the mean reaches the run length: the one with more, b, stands for both.
        long[] slow = [0, 0, 115, 122, 128, 135, 0, 0, 0, 0];
        var other = new WatchedColumn("b", new CellCoding([0, 0, 5_000, 5_000, 5_000, 4_990, 0, 0, 0, 0], 8, 0));
        var evaluator = new DriftEvaluator([Column("a"), other], new DriftSettings { RunLength = 1_000, Tolerance = 0, MinimumEffect = 0 });
        IReadOnlyList<DriftAlarm> alarms = [];
        while (alarms.Count == 0)
        {
            alarms = evaluator.Add(_ => slow, 500);
        }

        Assert.Equal(1, Assert.Single(alarms).Column);
        Assert.Empty(evaluator.Add(_ => slow, 500));
        Assert.True(evaluator.Evidence < Math.Log(10), $"{evaluator.Evidence}");
    }

    [Fact]
    public void Add_PairThatChangedTooLittle_IsNoAlarm()
    {
        long[] joint = [5_000, 5_000, 5_000, 5_000, 0, 0, 0], slightly = [145, 105, 105, 145, 0, 0, 0];
        WatchedColumn[] columns = [Column("a"), Column("b"), Pair("a × b", 0, 1, joint)];
        var evaluator = new DriftEvaluator(columns, new DriftSettings { RunLength = 1_000, Tolerance = 0, MinimumEffect = 0.2 });
        bool hasEvidence = false;
        for (int i = 0; i < 100; i++)
        {
            Assert.Empty(evaluator.Add(column => columns[column].IsPair ? slightly : s_same, 500));
            Assert.NotEqual(MonitoringState.Alarm, evaluator.State);
            hasEvidence |= evaluator.Evidence >= Math.Log(1_000);
        }

        Assert.True(hasEvidence);
    }

    [Fact]
    public void Add_ChangeThatTakesLongToFind_StaysInAlarmWhileItLasts()
    {
        int found = 0;
        for (int by = 2; by < 25; by++)
        {
            long[] slow = [0, 0, 125 - by, 125, 125, 125 + by, 0, 0, 0, 0];
            DriftEvaluator evaluator = new([Column("a"), Column("b")], new DriftSettings { RunLength = 1_000, Tolerance = 0, MinimumEffect = 0 });
            int buckets = 0;
            while (buckets < 300 && evaluator.Add(column => column == 0 ? slow : s_same, 500).Count == 0)
            {
                buckets++;
            }

            found += buckets is > 31 and < 300 ? 1 : 0;
            for (int i = 0; buckets < 300 && i < 20 * buckets; i++)
            {
                Assert.Empty(evaluator.Add(column => column == 0 ? slow : s_same, 500));
                Assert.True(evaluator.State == MonitoringState.Alarm, $"shift by {by} of 500 rows, found after {buckets} buckets: healthy again after {i}");
            }
        }

        Assert.True(found > 0);
    }

    private static DriftEvaluator Create(int columns) => new([.. Enumerable.Range(0, columns).Select(static i => Column($"c{i}"))], new DriftSettings { RunLength = 1_000, RecoverAfter = 10 });

    private static WatchedColumn Column(string name) => new(name, new CellCoding(s_reference, 8, 0));

    private static WatchedColumn Pair(string name, int first, int second, long[] reference) => new(name, new CellCoding(reference, 0, 4)) { First = first, Second = second };
}
