using System.Numerics;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>Looks for three columns that depend on each other though no two of them do, by the products of their signs.</summary>
/// <remarks>κ = E(a − Ea)(b − Eb)(c − Ec) over √(Var a · Var b · Var c) is the third joint cumulant of signs a, b, c: 0 where one of them does not depend on the other two. Rows are bits, so that a product of signs is an exclusive or.</remarks>
internal static class ParityScan
{
    // 64 words of bits: a million triples take about 100 ms.
    private const int MostRows = 4_096;

    // Each takes a share of the capital of all dependences, which the pairs share too.
    private const int MostTriples = 8;

    // κ·√n is about standard normal if there is no dependence: one of a million triples exceeds 7 with a probability of 10⁻⁶.
    private const double MinEvidence = 7;

    // The share of even rows is then (1 ± κ) ÷ 2 rather than 1/2: a difference beyond the tolerance.
    private const double MinCumulant = 0.2;

    // Signs of which nearly all are equal.
    private const double MinVariance = 0.2;

    /// <summary>The strongest triples, at most one of the same columns.</summary>
    /// <param name="sample">The rows.</param>
    public static List<JointTerm[]> Find(JointSample sample)
    {
        int rows = Math.Min(sample.Rows, MostRows) / 64 * 64;
        List<Sign> signs = SignsOf(sample, rows);
        var pairs = new double[signs.Count, signs.Count];
        for (int i = 0; i < signs.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                pairs[i, j] = pairs[j, i] = MeanOf(signs[i].Bits, signs[j].Bits, rows);
            }
        }

        double needed = Math.Max(MinCumulant, MinEvidence / Math.Sqrt(rows));
        var found = new List<(double Cumulant, int A, int B, int C)>();
        var product = new ulong[rows / 64];
        for (int a = 0; a < signs.Count; a++)
        {
            for (int b = a + 1; b < signs.Count; b++)
            {
                if (signs[a].Column == signs[b].Column)
                {
                    continue;
                }

                for (int w = 0; w < product.Length; w++)
                {
                    product[w] = signs[a].Bits[w] ^ signs[b].Bits[w];
                }

                for (int c = b + 1; c < signs.Count; c++)
                {
                    if (signs[c].Column == signs[b].Column)
                    {
                        continue;
                    }

                    double cumulant = MeanOf(product, signs[c].Bits, rows) - (signs[a].Mean * pairs[b, c]) - (signs[b].Mean * pairs[a, c]) - (signs[c].Mean * pairs[a, b]) + (2 * signs[a].Mean * signs[b].Mean * signs[c].Mean);
                    double size = Math.Abs(cumulant) / Math.Sqrt(signs[a].Variance * signs[b].Variance * signs[c].Variance);
                    if (size >= needed)
                    {
                        found.Add((size, a, b, c));
                    }
                }
            }
        }

        var chosen = new List<JointTerm[]>();
        var taken = new HashSet<(int, int, int)>();
        foreach ((double _, int a, int b, int c) in found.OrderByDescending(static f => f.Cumulant).ThenBy(static f => (f.A, f.B, f.C)))
        {
            if (chosen.Count < MostTriples && taken.Add((signs[a].Column, signs[b].Column, signs[c].Column)))
            {
                chosen.Add([.. new[] { a, b, c }.Select(s => new JointTerm(sample.Columns[signs[s].Column], signs[s].Feature, 1))]);
            }
        }

        return chosen;
    }

    private static List<Sign> SignsOf(JointSample sample, int rows)
    {
        List<Sign> signs = [];
        for (int c = 0; c < sample.Columns.Length; c++)
        {
            for (int f = 0; f < JointFeatures.CountOf(sample.Layouts[c]); f++)
            {
                if (!JointFeatures.IsSign(sample.Layouts[c], f))
                {
                    continue;
                }

                float[] values = sample.Feature(c, f);
                var bits = new ulong[rows / 64];
                int negative = 0;
                for (int row = 0; row < rows; row++)
                {
                    bits[row / 64] |= values[row] < 0 ? 1UL << (row % 64) : 0;
                    negative += values[row] < 0 ? 1 : 0;
                }

                double mean = 1 - (2.0 * negative / rows);
                if (1 - (mean * mean) >= MinVariance)
                {
                    signs.Add(new Sign(c, f, bits, mean));
                }
            }
        }

        return signs;
    }

    private static double MeanOf(ulong[] first, ulong[] second, int rows)
    {
        int negative = 0;
        for (int w = 0; w < first.Length; w++)
        {
            negative += BitOperations.PopCount(first[w] ^ second[w]);
        }

        return 1 - (2.0 * negative / rows);
    }

    private readonly record struct Sign(int Column, int Feature, ulong[] Bits, double Mean)
    {
        public double Variance => 1 - (Mean * Mean);
    }
}
