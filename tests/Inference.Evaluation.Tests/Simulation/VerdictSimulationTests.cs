using System.Globalization;

namespace Inference.Evaluation.Tests.Simulation;

/// <summary>Each claim of a level, simulated; eng/verdicts.sh prints the table. The number of runs is INFERENCE_VERDICT_RUNS, 100 by default, and the table goes to the file INFERENCE_VERDICTS where it is set.</summary>
[Trait("Category", "Simulation")]
public sealed class VerdictSimulationTests
{
    [Fact]
    public void Claims_Simulated_HoldTheirLevels()
    {
        int runs = int.Parse(Environment.GetEnvironmentVariable("INFERENCE_VERDICT_RUNS") ?? "100", CultureInfo.InvariantCulture);
        List<string> lines = ["| simulated | counted | runs | share | at most |", "| --- | --- | ---: | ---: | ---: |"], broken = [];
        int number = 0;
        foreach (Scenario scenario in DropScenarios.All().Concat(SequentialScenarios.All()))
        {
            int seed = 1_000_000 * ++number;
            int count = Enumerable.Range(0, runs).AsParallel().Count(run => scenario.Run(new Random(seed + run)));
            double share = (double)count / runs;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {scenario.Name} | {scenario.Counted} | {runs} | {100 * share:F2} % | {100 * scenario.Level:F0} % |"));

            // Chance alone moves a share of this many runs by three standard deviations in 1 of 700.
            if (share > scenario.Level + (3 * Math.Sqrt(scenario.Level * (1 - scenario.Level) / runs)))
            {
                broken.Add(lines[^1]);
            }
        }

        if (Environment.GetEnvironmentVariable("INFERENCE_VERDICTS") is { Length: > 0 } file)
        {
            File.WriteAllLines(file, lines);
        }

        Assert.True(broken.Count == 0, string.Join("\n", broken));
    }
}
