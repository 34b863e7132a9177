using System.Globalization;
using Inference.Cli.Terminal;
using Inference.Evaluation.Verdicts;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;

namespace Inference.Cli.Commands;

/// <summary>Prints a decision record: the verdict, figures, and tables whose rows begin with what they are (<c>slice</c>, <c>tried</c>, <c>chosen</c>, <c>layer</c>, <c>data</c>).</summary>
internal static class RecordReport
{
    public static void Write(DecisionRecord record, bool json)
    {
        if (json)
        {
            Console.WriteLine(record.ToJson());
            return;
        }

        string verdict = record.Budget.Length == 0 && record.Met ? "no budget given" : record.Met ? "budget met" : record.Verdict == VerdictOutcome.Inconclusive ? "INCONCLUSIVE" : "BUDGET NOT MET";
        Console.WriteLine($"{record.Verb}: {verdict}{(record.Budget.Length > 0 ? $" ({record.Budget})" : "")}{(record.Reason.Length > 0 ? $": {record.Reason}" : "")}");
        foreach (string note in record.Notes)
        {
            Console.WriteLine($"note: {note}");
        }

        Facts(record).Write();
        foreach (ConsoleTable table in new[] { Slices(record.Quality?.Slices ?? []), Gaps(record.Quality?.Gaps ?? []), Candidates(record), Layers(record.Layers), Data(record.Data) })
        {
            table.Write();
        }
    }

    private static ConsoleTable Facts(DecisionRecord record)
    {
        var facts = ConsoleTable.OfFacts();
        if (record.Chosen.Length > 0)
        {
            facts.Add("chosen", record.Chosen);
        }

        facts.Add("weights", Text($"{record.SourceBytes:N0} → {record.Bytes:N0} bytes ({(double)record.Bytes / Math.Max(1, record.SourceBytes):P1})"));
        if (record.Microseconds > 0)
        {
            facts.Add("time", Text($"{record.SourceMicroseconds:F1} → {record.Microseconds:F1} µs (speedup {record.SourceMicroseconds / record.Microseconds:F2})"));
        }

        if (record.Quality is { } q)
        {
            facts.Add(q.Metric, Text($"{q.Source:F4} → {q.Candidate:F4}, drop {q.Drop * 100:F2} % (95 %: {q.DropLow * 100:F2} to {q.DropHigh * 100:F2}), {q.Rows} rows"));
            foreach (MetricResult m in q.OtherMetrics)
            {
                facts.Add(m.Name, Text($"{m.Source:F4} → {m.Candidate:F4}, drop {m.Drop * 100:F2} % (95 %: {m.DropLow * 100:F2} to {m.DropHigh * 100:F2})"));
            }

            facts.Add("flips", Text($"{q.FlipCount}: {q.FlipsToWrong} to wrong, {q.FlipsToRight} to right; output error worst {q.WorstOutputError:G3}, mean {q.MeanOutputError:G3}"));
        }

        foreach (string line in record.Quality?.Reading?.Describe().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            facts.Add(parts[0], parts[^1]);
        }

        if (record.Cascade is { } c)
        {
            facts.Add("cascade", Text($"{c.StopShare:P1} of the rows answered by the student at confidence {c.Threshold:F3}, drop {c.Drop * 100:F2} %, mean {c.TeacherMicroseconds:F1} → {c.Microseconds:F1} µs (× {c.Microseconds / c.TeacherMicroseconds:F2})"));
        }

        facts.Add("source", record.SourceSha256);
        facts.Add("seed", Text($"{record.Seed}"));
        return facts;
    }

    private static ConsoleTable Slices(IReadOnlyList<SliceResult> slices)
    {
        ConsoleTable table = new ConsoleTable().Text("").Text("name").Numbers("source", "candidate", "drop %", "to %", "rows").Text("");
        foreach (SliceResult slice in slices)
        {
            string judged = slice.Judged ? "" : $"not judged: {(slice.Reason.Length > 0 ? slice.Reason : "too few rows")}";
            table.Add("slice", slice.Name, Text($"{slice.Source:F4}"), Text($"{slice.Candidate:F4}"), Text($"{slice.Drop * 100:F2}"), slice.Judged ? Text($"{slice.DropHigh * 100:F2}") : "", Text($"{slice.Rows}"), judged);
        }

        return table;
    }

    private static ConsoleTable Gaps(IReadOnlyList<GapResult> gaps)
    {
        ConsoleTable table = new ConsoleTable().Text("").Text("name").Numbers("source", "candidate", "growth %", "from %", "rows").Text("");
        foreach (GapResult gap in gaps)
        {
            bool measured = !double.IsNaN(gap.Source);
            table.Add("gap", gap.Name, measured ? Text($"{gap.Source:F4}") : "", measured ? Text($"{gap.Candidate:F4}") : "", measured ? Text($"{gap.Growth * 100:F2}") : "", measured ? Text($"{gap.GrowthLow * 100:F2}") : "", Text($"{gap.Rows}"), measured ? "" : "fewer than two groups with enough rows");
        }

        return table;
    }

    private static ConsoleTable Candidates(DecisionRecord record)
    {
        ConsoleTable table = new ConsoleTable().Text("").Text("name").Numbers("drop %", "speedup", "bytes").Text("");
        foreach (CandidateRecord candidate in record.Candidates)
        {
            table.Add(candidate.Name == record.Chosen ? "chosen" : "tried", candidate.Name, Text($"{candidate.Drop * 100:F2}"), Text($"{candidate.Speedup:F2}"), Text($"{candidate.Bytes:N0}"), candidate.Accepted ? "" : candidate.Reason);
        }

        return table;
    }

    private static ConsoleTable Layers(IReadOnlyList<LayerDecision> layers)
    {
        ConsoleTable table = new ConsoleTable().Text("").Text("name").Text("operator").Text("action").Text("reason");
        foreach (LayerDecision layer in layers)
        {
            table.Add("layer", layer.Name, layer.Operator, layer.Action, layer.Reason);
        }

        return table;
    }

    private static ConsoleTable Data(IReadOnlyList<DataRecord> data)
    {
        ConsoleTable table = new ConsoleTable().Text("").Text("role").Text("name").Text("sha256");
        foreach (DataRecord record in data)
        {
            table.Add("data", record.Role, record.Name, record.Sha256);
        }

        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
