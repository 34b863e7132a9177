using System.Globalization;

namespace Inference.Tests.Passes.Equivalence;

public sealed class PassEquivalenceTests
{
    // eng/graphs.sh sets both for longer runs.
    private static readonly int s_count = Setting("INFERENCE_GRAPHS", 1500);
    private static readonly int s_first = Setting("INFERENCE_GRAPHS_SEED", 1);

    [Fact]
    public void Passes_OnRandomGraphsAroundTheirPatterns_GiveTheSameAsTheGraphsAsWritten()
    {
        var failures = new List<string>();
        int refused = 0;
        for (int seed = s_first; seed < s_first + s_count; seed++)
        {
            if (PassEquivalence.Compare(seed, out bool isRefused) is { } difference)
            {
                failures.Add($"seed {seed}: {difference}");
            }

            refused += isRefused ? 1 : 0;
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {s_count} differ:\n{string.Join('\n', failures.Take(20))}");
        Assert.True(refused < s_count / 5, $"{refused} of {s_count} models were refused: too few are compared.");
    }

    private static int Setting(string name, int value) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : value;
}
