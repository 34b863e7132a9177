using System.Globalization;
using System.Text;
using Inference.Cli.Terminal;
using Inference.Optimization.Gate;

namespace Inference.Cli.Checking;

/// <summary>A verdict as GitHub-flavoured Markdown, for a comment on a merge request: the verdict, what refused, a table of all rules, and, folded, what was not judged and why.</summary>
internal static class MarkdownReport
{
    public static string Render(GateResult result)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {(result.Passed ? "✅" : "❌")} Check of {Code(result.Candidate.Name)} {RuleText.Verdict(result).Replace("REFUSED", "refused", StringComparison.Ordinal)}\n\n");
        foreach (GateRule rule in result.Rules.Where(static rule => rule.Refuses))
        {
            text.Append(CultureInfo.InvariantCulture, $"- **{Escape(rule.Rule)}** {Code(rule.Subject)}: {Escape(RuleText.Message(rule))}\n");
        }

        text.Append(result.Passed ? "" : "\n");
        text.Append("| | rule | of | baseline | candidate | figure | bound | rows |\n| :-: | --- | --- | --: | --: | --: | --: | --: |\n");
        foreach (GateRule rule in result.Rules)
        {
            string mark = rule.Refuses ? "❌" : rule.Outcome == GateOutcome.Passed ? "✅" : "⚪";
            text.Append(CultureInfo.InvariantCulture, $"| {mark} | {Escape(rule.Rule)} | {Code(rule.Subject)} | {RuleText.Value(rule, rule.Baseline)} | {RuleText.Value(rule, rule.Candidate)} | {RuleText.Figure(rule)} | {RuleText.Bound(rule)} | {RuleText.Rows(rule)} |\n");
        }

        Open(text, result);
        text.Append('\n').Append("Candidate ").Append(Model(result.Candidate));
        text.Append(result.Baseline is { } baseline ? $", baseline {Model(baseline)}" : "").Append(CultureInfo.InvariantCulture, $", rows {Code(result.Data.Name)} {Digest(result.Data.Sha256)}.\n");
        return text.ToString();
    }

    private static void Open(StringBuilder text, GateResult result)
    {
        GateRule[] open = [.. result.Rules.Where(static rule => rule is { Refuses: false, Outcome: GateOutcome.NotJudged })];
        if (open.Length == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n<details><summary>Not judged: {open.Length}</summary>\n\n");
        foreach (GateRule rule in open)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {Escape(rule.Rule)} {Code(rule.Subject)}: {Escape(rule.Reason)}\n");
        }

        text.Append("\n</details>\n");
    }

    private static string Model(GateModel model) => $"{Code(model.Name)} {Digest(model.Digest)}";

    private static string Digest(string digest) => digest.Length < 12 ? "" : $"({Code(digest[..12])})";

    // Mentions and references are not looked for in code; its text is that of HTML, where entities stand for what Markdown would read.
    private static string Code(string text) => $"<code>{Entities(PlainText.Of(text))}</code>";

    private static string Escape(string text) => Entities(PlainText.Of(text))
        .Replace("&#64;", "&#64;<!-- -->", StringComparison.Ordinal)
        .Replace("&#35;", "&#35;<!-- -->", StringComparison.Ordinal)
        .Replace("://", ":<!-- -->//", StringComparison.Ordinal)
        .Replace("www.", "www<!-- -->.", StringComparison.OrdinalIgnoreCase);

    // Whatever may begin or end an element in Markdown, HTML or a table.
    private static string Entities(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && " .,:;/=()%+-".IndexOf(c, StringComparison.Ordinal) < 0)
            {
                escaped.Append(CultureInfo.InvariantCulture, $"&#{(int)c};");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }
}
