using Inference.Evaluation.Verdicts;

namespace Inference.Evaluation.Tests.Verdicts;

public sealed class StratifiedSamplerTests
{
    [Fact]
    public void Take_OfSortedRows_KeepsTheSharesAndDoesNotDependOnOrder()
    {
        StratifiedSampler forward = new(7), backward = new(7);
        for (int i = 0; i < 1000; i++)
        {
            forward.Add(i, i < 700 ? "a" : i < 999 ? "b" : "c");
            backward.Add(999 - i, 999 - i < 700 ? "a" : 999 - i < 999 ? "b" : "c");
        }

        long[] rows = forward.Take(100);
        Assert.Equal(rows, backward.Take(100));
        Assert.Equal(100, rows.Distinct().Count());
        Assert.InRange(rows.Count(static r => r < 700), 69, 70);
        Assert.Equal(1, rows.Count(static r => r == 999));
        Assert.NotEqual(rows, [.. Enumerable.Range(0, 100)]);
    }

    [Fact]
    public void Take_OfMoreThanThereAre_IsAll()
    {
        var sampler = new StratifiedSampler(1);
        sampler.Add(4, "a");
        sampler.Add(2, "b");
        Assert.Equal([2, 4], sampler.Take(10));
        Assert.Equal([], sampler.Take(0));
    }

    [Fact]
    public void StrataOf_ManyValues_AreTenthsAndEqualLabelsStayTogether()
    {
        double[] labels = [.. Enumerable.Range(0, 1000).Select(static i => i < 500 ? 0.5 : i)];
        string[] strata = StratifiedSampler.GetStrata(labels);
        Assert.Single(strata[..500].Distinct());
        Assert.Equal(5, strata[500..].Distinct().Count());
        Assert.Equal(["0", "1"], StratifiedSampler.GetStrata([0, 1, 1]).Distinct());
    }
}
