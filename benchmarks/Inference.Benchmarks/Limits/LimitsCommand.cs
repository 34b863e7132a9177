using System.Globalization;
using System.Text.RegularExpressions;

namespace Inference.Benchmarks.Limits;

/// <summary>
/// How fast long operators stop: limits [PATTERN] [--work] [--where]. For each case the time of a full run (given up after 3 s), the longest work between two looks at the clock on one
/// thread, and how long after a deadline of 100 ms the call returned on all threads (left out by --work, for a busy machine). --where tells where the longest work ended. Cases run in a
/// child process, which is ended where a case does not come back, and started again behind it.
/// </summary>
internal static class LimitsCommand
{
    // Far beyond what the slowest case takes on a busy machine, so that only a case that nothing stops is ended.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    public static async Task<int> RunAsync(string[] args)
    {
        string[] flags = [.. args.Where(a => a.StartsWith("--", StringComparison.Ordinal))];
        string[] rest = [.. args.Except(flags)];
        if (flags.Contains(LimitsChild.Flag))
        {
            return LimitsChild.Run(int.Parse(rest[0], CultureInfo.InvariantCulture), rest[1], flags.Contains("--work"), flags.Contains("--where"));
        }

        string pattern = rest.Length > 0 ? rest[0] : ".";
        var filter = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        int[] cases = [.. Enumerable.Range(0, LimitCases.All.Length).Where(i => filter.IsMatch(LimitCases.All[i].Name))];
        int late = 0;
        Console.WriteLine("| operator | full run, ms | longest work between looks, ms | returned after the deadline, ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        for (int done = 0; done < cases.Length;)
        {
            await using LimitsChild child = LimitsChild.Start(cases[done], pattern, flags);
            while (done < cases.Length)
            {
                string? row = await child.ReadRowAsync(s_patience);
                Console.WriteLine(row ?? $"| {LimitCases.All[cases[done]].Name} | did not come back in {s_patience.TotalSeconds} s or ended its process **late** | | |");
                late += row is null || row.Contains("**", StringComparison.Ordinal) ? 1 : 0;
                done++;
                if (row is null)
                {
                    break;
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{cases.Length} operators, {late} late.");
        return late == 0 ? 0 : 2;
    }
}
