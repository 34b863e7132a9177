using Inference.Cli.Terminal;
using Inference.Optimization.Gate;

namespace Inference.Cli.Checking;

/// <summary>Prints a verdict: one line, then a table with a line for each rule.</summary>
internal static class GateTable
{
    public static void Write(GateResult result)
    {
        Console.Out.WriteLine(PlainText.Of($"{result.Candidate.Name}: {RuleText.Verdict(result)}"));
        ConsoleTable table = new ConsoleTable().Text("").Text("rule").Text("of").Numbers("baseline", "candidate", "figure", "bound", "rows").Text("");
        foreach (GateRule rule in result.Rules)
        {
            table.Add(
                RuleText.Outcome(rule),
                rule.Rule,
                rule.Subject,
                RuleText.Value(rule, rule.Baseline),
                RuleText.Value(rule, rule.Candidate),
                RuleText.Figure(rule),
                RuleText.Bound(rule),
                RuleText.Rows(rule),
                rule.Reason);
        }

        table.Write();
    }
}
