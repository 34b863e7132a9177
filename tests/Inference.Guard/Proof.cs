using Inference.Guarding;

namespace Inference.Guard;

/// <summary>Shows that the harness finds what it is for: faults of one element that every step makes on purpose.</summary>
internal static class Proof
{
    private static readonly (int Fault, string What, GuardPlacement[] FoundIn)[] s_faults =
    [
        (1, "a byte is read past the end of an input", [GuardPlacement.End]),
        (2, "a byte is written past the end of an output", [GuardPlacement.End, GuardPlacement.Start]),
        (3, "a byte is read before the start of an input", [GuardPlacement.Start]),
    ];

    /// <summary>Runs the cases with each fault planted; 0 where each was found in each pass that can see it, and nothing is found without them.</summary>
    public static async Task<int> RunAsync(GuardOptions options)
    {
        string[] cases = CaseList.Find(options);
        bool good = cases.Length > 0;
        foreach ((int fault, string what, GuardPlacement[] foundIn) in s_faults.Prepend((0, "no fault is planted", [])))
        {
            foreach (GuardPlacement pass in (GuardPlacement[])[GuardPlacement.End, GuardPlacement.Start])
            {
                var parent = new Parent(options with { Plant = fault }, pass, cases, quiet: true);
                await parent.RunAsync().ConfigureAwait(false);
                int found = parent.Violations.Select(v => v.Split(':')[0]).Distinct(StringComparer.Ordinal).Count();
                bool expected = foundIn.Contains(pass) ? found == cases.Length : found == 0;
                good &= expected;
                Console.WriteLine($"{(expected ? "ok  " : "FAIL")} pass {pass.ToString().ToLowerInvariant()}, {what}: found in {found} of {cases.Length} cases");
            }
        }

        return good ? 0 : 1;
    }
}
