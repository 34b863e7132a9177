using System.Globalization;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Tests.Statistics;

/// <summary>The distances over cell counts are SciPy's: on the committed sample, and on the file that <c>eng/statistics.sh</c> names.</summary>
public sealed class ScipyTests
{
    private static readonly string s_path = Environment.GetEnvironmentVariable("INFERENCE_STATISTICS") ?? Path.Combine(AppContext.BaseDirectory, "Statistics", "scipy.txt");

    [Theory]
    [InlineData("JensenShannon", 3, 1e-7)]
    [InlineData("PopulationStability", 4, 1e-9)]
    [InlineData("KolmogorovSmirnov", 5, 1e-12)]
    [InlineData("Wasserstein", 6, 1e-9)]
    [InlineData("TotalVariation", 7, 1e-12)]
    [InlineData("Largest", 8, 1e-12)]
    [InlineData("Hellinger", 9, 1e-10)]
    [InlineData("ChiSquare", 10, 1e-9)]
    [InlineData("ChiSquareTail", 11, 1e-8)]
    [InlineData("LowerLimit", 15, 1e-8)]
    [InlineData("UpperLimit", 16, 1e-8)]
    public void Statistic_RandomCounts_AsScipy(string name, int field, double tolerance)
    {
        int lines = 0;
        foreach (string line in File.ReadLines(s_path))
        {
            string[] fields = line.Split(';');
            long[] p = [.. fields[0].Split(' ').Select(static t => long.Parse(t, CultureInfo.InvariantCulture))], q = [.. fields[1].Split(' ').Select(static t => long.Parse(t, CultureInfo.InvariantCulture))];
            double expected = Number(fields[field]), actual = Compute(name, p, q, fields);
            // Relative to the greater of the figure and 1e-6: below, the samples are alike and the difference of nearly equal sums keeps no digits.
            Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), 1e-6) + (name == "JensenShannon" ? 2e-8 : 1e-14), $"line {lines}: expected {expected}, got {actual}");
            lines++;
        }

        Assert.True(lines >= 60);
    }

    private static double Compute(string name, long[] p, long[] q, string[] fields) => name switch
    {
        "JensenShannon" => CellDistances.JensenShannon(p, q),
        "PopulationStability" => CellDistances.PopulationStability(p, q),
        "KolmogorovSmirnov" => CellDistances.KolmogorovSmirnov(p, q),
        "Wasserstein" => CellDistances.Wasserstein(p, q, [.. fields[2].Split(' ').Select(Number)]),
        "TotalVariation" => CellDistances.TotalVariation(p, q),
        "Largest" => CellDistances.Largest(p, q),
        "Hellinger" => CellDistances.Hellinger(p, q),
        "ChiSquare" => CellDistances.ChiSquare(p, q).Statistic,
        "ChiSquareTail" => CellDistances.ChiSquare(p, q).PValue,
        "LowerLimit" => ShareLimits.Lower((long)Number(fields[12]), (long)Number(fields[13]), Number(fields[14])),
        _ => ShareLimits.Upper((long)Number(fields[12]), (long)Number(fields[13]), Number(fields[14])),
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
