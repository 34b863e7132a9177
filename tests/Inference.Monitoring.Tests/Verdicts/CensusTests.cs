namespace Inference.Monitoring.Tests.Verdicts;

/// <summary>Rows of four dependent columns: a normal number, one that depends on it, a count and a category that depends on the count.</summary>
public sealed class CensusTests
{
    private static readonly ReferenceProfile s_profile = Profile(8_000, 1);

    [Fact]
    public void Compare_SameDistribution_IsHealthy()
    {
        for (int seed = 10; seed < 30; seed++)
        {
            ComparisonReport report = Compare(Draw(4_000, seed));
            Assert.Equal(MonitoringState.Healthy, report.State);
            Assert.Empty(report.Quality);
            Assert.Equal(4_000, report.Rows);
            Assert.Equal(["x[0]", "x[1]", "x[2]", "kind", "rows"], report.Columns.Select(static c => c.Name));
        }
    }

    [Fact]
    public void Replay_SameDistribution_RaisesNoAlarm()
    {
        for (int seed = 10; seed < 20; seed++)
        {
            Assert.Empty(Replay(Draw(20_000, seed)));
        }
    }

    [Theory]
    [InlineData("nan", "x[1]", "missing")]
    [InlineData("infinite", "x[0]", "infinite")]
    [InlineData("unit", "x[2]", "unit")]
    [InlineData("constant", "x[0]", "constant")]
    [InlineData("shift", "x[0]", "shift")]
    [InlineData("unseen", "kind", "unseen")]
    [InlineData("share", "kind", "share")]
    [InlineData("joint", "x[1]", "joint")]
    [InlineData("repeat", "rows", "duplicates")]
    [InlineData("missing tensor", "kind", "missing")]
    public void Fault_Planted_IsFoundInItsColumn(string fault, string column, string rule)
    {
        (float[] x, long[] kind) = Draw(6_000, 5);
        var random = new Random(6);
        float[] shuffled = [.. x.Where(static (_, i) => i % 3 == 1)];
        random.Shuffle(shuffled);
        for (int i = 0; i < kind.Length; i++)
        {
            Span<float> row = x.AsSpan(i * 3, 3);
            switch (fault)
            {
                case "nan": row[1] = random.Next(50) == 0 ? float.NaN : row[1]; break;
                case "infinite": row[0] = random.Next(50) == 0 ? float.NegativeInfinity : row[0]; break;
                case "unit": row[2] *= 60; break;
                case "constant": row[0] = 0.25f; break;
                case "shift": row[0] += 0.4f; break;
                case "unseen": kind[i] = random.Next(50) == 0 ? 99 : kind[i]; break;
                case "share": kind[i] = kind[i] == 0 && random.Next(4) == 0 ? 3 : kind[i]; break;
                case "joint": row[1] = shuffled[i]; break;
                case "repeat" when i % 4 == 3: x.AsSpan((i - 1) * 3, 3).CopyTo(row); kind[i] = kind[i - 1]; break;
            }
        }

        if (fault == "missing tensor")
        {
            kind = [];
        }

        ComparisonReport report = Compare((x, kind));
        Assert.Equal(MonitoringState.Alarm, report.State);
        double most = report.Columns.Max(static c => c.Evidence);
        Assert.Contains(report.Columns, c => c.State == MonitoringState.Alarm && c.Evidence == most && c.Name == column && c.Rule == rule);
        StreamAlarm[] alarms = [.. Replay((x, kind))];
        Assert.Contains(alarms, a => a.Row == alarms[0].Row && a.Column == column);
        Assert.Equal(rule, alarms.First(a => a.Column == column).Rule);
    }

    [Fact]
    public void Compare_FewRows_JudgesNothing()
    {
        ComparisonReport report = Compare(Draw(50, 3));
        Assert.Equal(MonitoringState.Learning, report.State);
        Assert.All(report.Columns, static c => Assert.Equal(MonitoringState.Learning, c.State));
    }

    [Fact]
    public void Compare_ColumnIgnored_IsNotJudged()
    {
        ReferenceProfile profile = Profile(8_000, 1, new ReferenceProfileOptions { Columns = new Dictionary<string, ColumnOptions> { ["x[0]"] = new() { Rules = new ColumnRules { Ignore = true } } } });
        (float[] x, long[] kind) = Draw(4_000, 5);
        for (int i = 0; i < kind.Length; i++)
        {
            x[3 * i] += 3;
        }

        Assert.DoesNotContain(Compare((x, kind), profile).Columns, static c => c.Name == "x[0]");
    }

    [Fact]
    public void Compare_WindowOfAnotherProfile_Throws()
    {
        ReferenceProfile other = Profile(500, 2);
        Assert.Contains("Compare windows with the profile", Assert.Throws<MonitoringException>(() => new WindowComparison(s_profile).Compare(other.CreateWindow())).Message);
        Assert.Contains("Evaluate windows of the profile", Assert.Throws<MonitoringException>(() => new StreamEvaluation(s_profile).Add(other.CreateWindow())).Message);
    }

    [Fact]
    public void Compare_ScoresWithLabels_EstimatesAndRealizes()
    {
        ReferenceProfile profile = Scored(20_000, 1, out _);
        Scored(6_000, 2, out ObservedRows good, profile);
        ComparisonReport report = new WindowComparison(profile).Compare(good);
        Assert.Equal(["auc", "accuracy", "f1"], report.Performance.Select(static p => p.Metric));
        Assert.All(report.Performance, static p => Assert.InRange(p.Realized, p.Low - 0.02, p.High + 0.02));
        Assert.Equal(MonitoringState.Healthy, report.State);

        // The labels turn around while the scores stay.
        Scored(6_000, 3, out ObservedRows bad, profile, turned: true);
        Assert.Equal(MonitoringState.Alarm, new WindowComparison(profile).Compare(bad).State);
    }

    [Fact]
    public void Compare_ThreeClassesWithLabels_EstimatesAndRealizes()
    {
        ReferenceProfile profile = Classified(20_000, 1, null, out _);
        Classified(6_000, 2, profile, out ObservedRows observed);
        ComparisonReport report = new WindowComparison(profile).Compare(observed);
        Assert.Equal(["accuracy", "auc"], report.Performance.Select(static p => p.Metric));
        Assert.All(report.Performance, static p => Assert.InRange(p.Realized, p.Low - 0.02, p.High + 0.02));
        Assert.All(report.Performance, static p => Assert.InRange(p.Realized, 0.55, 0.95));
    }

    [Fact]
    public void Compare_LabelsOfSomeRows_MetricsAreOfThoseRows()
    {
        // Half of the profile's rows have no label; of the window's a third, and a third have one that is no class: neither counts as a wrong prediction, in the profile or in the window.
        ReferenceProfile all = Scored(20_000, 1, out _), some = Scored(20_000, 1, out _, unlabelled: true);
        Scored(6_000, 2, out ObservedRows whole, all);
        Scored(6_000, 2, out ObservedRows observed, some, unlabelled: true);
        ComparisonReport expected = new WindowComparison(all).Compare(whole), report = new WindowComparison(some).Compare(observed);
        Assert.Equal(MonitoringState.Healthy, report.State);
        for (int i = 0; i < report.Performance.Count; i++)
        {
            Assert.Equal(expected.Performance[i].Reference, report.Performance[i].Reference, 0.02);
            Assert.Equal(expected.Performance[i].Estimated, report.Performance[i].Estimated, 0.02);
            Assert.Equal(expected.Performance[i].Realized, report.Performance[i].Realized, 0.03);
        }
    }

    [Fact]
    public void ObservedRows_DrainAndWrongLabels_LeaveNoLabelsBehind()
    {
        ReferenceProfile profile = Scored(2_000, 1, out ObservedRows observed);
        Assert.True(observed.HasLabels);
        Assert.Equal(2_000, observed.Drain().Rows);
        Assert.False(observed.HasLabels);

        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>([1f, 2, 3], [3]) }, outputs = new() { ["score"] = TensorValue.Copy<float>([0.1f, 0.2f, 0.3f], [3]) };
        using TensorValue two = TensorValue.Copy<long>([0L, 1], [2]), three = TensorValue.Copy<long>([0L, 1, 1], [3]);
        Assert.Contains("expected one label for each of 3 rows, got 2", Assert.Throws<MonitoringException>(() => observed.Add(inputs, outputs, two)).Message);
        Assert.Equal(0, observed.Window.Rows);
        observed.Add(inputs, outputs, three);
        Assert.Equal(3, observed.Window.Rows);
        Assert.Equal(3, observed.Labels!.ClassCounts.Sum());
    }

    private static ReferenceProfile Classified(int rows, int seed, ReferenceProfile? against, out ObservedRows observed)
    {
        var random = new Random(seed);
        var shares = new float[3 * rows];
        var labels = new long[rows];
        for (int i = 0; i < rows; i++)
        {
            double[] weights = [Math.Exp(1.5 * Rows.Gauss(random)), Math.Exp(1.5 * Rows.Gauss(random)), Math.Exp(1.5 * Rows.Gauss(random))];
            double u = random.NextDouble() * weights.Sum();
            labels[i] = u < weights[0] ? 0 : u < weights[0] + weights[1] ? 1 : 2;
            for (int c = 0; c < 3; c++)
            {
                shares[(3 * i) + c] = (float)(weights[c] / weights.Sum());
            }
        }

        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(random, rows, 1), [rows]) }, outputs = new() { ["p"] = TensorValue.Copy<float>(shares, [rows, 3]) };
        using TensorValue truth = TensorValue.Copy<long>(labels, [rows]);
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs, outputs, truth);
        ReferenceProfile profile = builder.Build();
        observed = new ObservedRows(against ?? profile);
        observed.Add(inputs, outputs, truth);
        return profile;
    }

    private static ReferenceProfile Scored(int rows, int seed, out ObservedRows observed, ReferenceProfile? against = null, bool turned = false, bool unlabelled = false)
    {
        var random = new Random(seed);
        float[] x = Rows.Normal(random, rows, 1), score = [.. x.Select(static v => 1 / (1 + MathF.Exp(-2 * v)))];
        long[] labels = [.. score.Select(s => random.NextDouble() < (turned ? 1 - s : s) ? 1L : 0L)];
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(x, [rows]) }, outputs = new() { ["score"] = TensorValue.Copy<float>(score, [rows]) };
        using TensorValue truth = TensorValue.Copy<long>(labels, [rows]);
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs, outputs, truth);
        if (unlabelled)
        {
            builder.Add(inputs, outputs);
        }

        ReferenceProfile profile = builder.Build();
        observed = new ObservedRows(against ?? profile);
        observed.Add(inputs, outputs, truth);
        if (unlabelled)
        {
            using TensorValue unknown = TensorValue.Copy<long>([.. labels.Select(static _ => 7L)], [rows]);
            observed.Add(inputs, outputs);
            observed.Add(inputs, outputs, unknown);
        }

        return profile;
    }

    private static ComparisonReport Compare((float[] X, long[] Kind) rows, ReferenceProfile? profile = null)
    {
        var observed = new ObservedRows(profile ?? s_profile);
        using NamedValues inputs = Inputs(rows, 0, rows.X.Length / 3);
        observed.Add(inputs);
        return new WindowComparison(profile ?? s_profile).Compare(observed);
    }

    private static List<StreamAlarm> Replay((float[] X, long[] Kind) rows)
    {
        var stream = new StreamEvaluation(s_profile, new StreamOptions { ExpectedFalseAlarms = 5_000, MinimumRows = 100 });
        var observed = new ObservedRows(s_profile);
        List<StreamAlarm> alarms = [];
        for (int first = 0; first < rows.X.Length / 3; first += 100)
        {
            using NamedValues inputs = Inputs(rows, first, 100);
            observed.Add(inputs);
            alarms.AddRange(stream.Add(observed.Drain()));
        }

        return alarms;
    }

    private static ReferenceProfile Profile(int rows, int seed, ReferenceProfileOptions? options = null)
    {
        using var builder = new ReferenceProfileBuilder(options: (options ?? new ReferenceProfileOptions()) with { CountRepeats = true });
        using NamedValues inputs = Inputs(Draw(rows, seed), 0, rows);
        builder.Add(inputs);
        return builder.Build();
    }

    private static NamedValues Inputs((float[] X, long[] Kind) rows, int first, int count)
    {
        var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(rows.X.AsSpan(first * 3, count * 3), [count, 3]) };
        if (rows.Kind.Length > 0)
        {
            inputs.Add("kind", TensorValue.Copy<long>(rows.Kind.AsSpan(first, count), [count]));
        }

        return inputs;
    }

    private static (float[] X, long[] Kind) Draw(int rows, int seed)
    {
        var random = new Random(seed);
        var x = new float[3 * rows];
        var kind = new long[rows];
        for (int i = 0; i < rows; i++)
        {
            double z = Rows.Gauss(random), hours = Math.Round(40 + (6 * Rows.Gauss(random)));
            (x[3 * i], x[(3 * i) + 1], x[(3 * i) + 2]) = ((float)z, (float)((0.8 * z) + (0.6 * Rows.Gauss(random))), (float)hours);
            kind[i] = random.Next(3) == 0 ? random.Next(4) : hours < 38 ? 0 : hours < 42 ? 1 : 2;
        }

        return (x, kind);
    }
}
