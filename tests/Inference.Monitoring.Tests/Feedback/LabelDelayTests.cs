using Inference.Monitoring.Feedback;

namespace Inference.Monitoring.Tests.Feedback;

public class LabelDelayTests
{
    [Fact]
    public void Quantile_AnyDurations_IsAtMostAnEighthTooLong()
    {
        var random = new Random(1);
        var histogram = new DelayHistogram();
        List<TimeSpan> delays = [];
        for (int i = 0; i < 10_000; i++)
        {
            var delay = TimeSpan.FromMicroseconds(Math.Exp(random.NextDouble() * 30));
            delays.Add(delay);
            histogram.Add(delay);
        }

        delays.Sort();
        foreach (double q in (double[])[0.01, 0.5, 0.95, 0.99, 1])
        {
            TimeSpan exact = delays[(int)Math.Ceiling(q * delays.Count) - 1];
            Assert.InRange(histogram.Quantile(q)!.Value.Ticks, exact.Ticks - 10, (exact.Ticks * 1.1251) + 10);
        }

        histogram.Add(TimeSpan.MaxValue);
        histogram.Add(TimeSpan.FromDays(-1));
        Assert.True(histogram.Quantile(1) > TimeSpan.FromDays(365_000));
        Assert.Null(new DelayHistogram().Quantile(0.5));
    }

    [Fact]
    public void Merge_OfParts_EqualsTheWhole()
    {
        var random = new Random(2);
        var whole = new LabelDelays();
        LabelDelays[] parts = [new(), new(), new()];
        for (int i = 0; i < 3_000; i++)
        {
            TimeSpan age = TimeSpan.FromHours(random.NextDouble() * 100), delay = TimeSpan.FromMinutes(random.NextDouble() * 60);
            whole.Add(age, delay);
            parts[i % 3].Add(age, delay);
        }

        parts[2].Merge(parts[0]);
        parts[2].Merge(parts[1]);
        Assert.Equal(whole.Quantiles(), parts[2].Quantiles());
        Assert.InRange(whole.Quantiles()!.Value.P95, TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(65));
        Assert.InRange(whole.Quantiles()!.Value.P50, TimeSpan.FromMinutes(28), TimeSpan.FromMinutes(35));
    }

    [Fact]
    public void Quantiles_OnlyFastLabelsHaveArrived_AreUnknownUntilPredictionsAreOldEnough()
    {
        // Labels take 1 to 100 hours; predictions since 10 hours, then since 500.
        foreach ((int hours, bool known) in (ReadOnlySpan<(int, bool)>)[(10, false), (90, false), (500, true)])
        {
            var random = new Random(3);
            var delays = new LabelDelays();
            for (int i = 0; i < 20_000; i++)
            {
                TimeSpan age = TimeSpan.FromHours(random.NextDouble() * hours), delay = TimeSpan.FromHours(1 + (random.NextDouble() * 99));
                if (delay <= age)
                {
                    delays.Add(age, delay);
                }
            }

            Assert.Equal(known, delays.Quantiles() is not null);
            if (known)
            {
                Assert.InRange(delays.Quantiles()!.Value.P95.TotalHours, 94, 110);
            }
        }
    }
}
