using Inference.TestSupport;
using LayerSample;

namespace Inference.Conformance.Tests;

/// <summary>The sample's scorer, held against the formula in double.</summary>
public sealed class TwoTowerScorerTests
{
    private static readonly TwoTowerWeights s_weights = new(users: 20, items: 30, width: 16, hidden: 24, rank: 4, seed: 1);

    [Fact]
    public void Score_EveryUser_IsNearTheFormula()
    {
        using var scorer = new TwoTowerScorer(s_weights);
        var scores = new float[s_weights.ItemCount];
        var scratch = new float[scorer.ScratchLength];
        for (int user = 0; user < s_weights.UserCount; user++)
        {
            scorer.Score(user, scores, scratch);
            double[] vector = [.. s_weights.Users.Skip(user * s_weights.Width).Take(s_weights.Width)];
            double[] hidden = [.. Product(s_weights.Hidden, vector).Zip(s_weights.HiddenBias, static (sum, bias) => Math.Max(0, sum + bias))];
            double[] expected = Product(s_weights.Items, Product(s_weights.Up, Product(s_weights.Down, hidden)));
            double largest = expected.Max(Math.Abs);
            Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 0.03 * largest));
        }
    }

    [Fact]
    public void Score_ManyTimes_AllocatesNothing()
    {
        using var scorer = new TwoTowerScorer(s_weights);
        var scores = new float[s_weights.ItemCount];
        var scratch = new float[scorer.ScratchLength];
        Assert.Equal(0, ManagedBytes.Of(() => scorer.Score(3, scores, scratch)));
    }

    private static double[] Product(float[] w, double[] x) => [.. Enumerable.Range(0, w.Length / x.Length).Select(row => x.Select((value, i) => value * w[(row * x.Length) + i]).Sum())];
}
