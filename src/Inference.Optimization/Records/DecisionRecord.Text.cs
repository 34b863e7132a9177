using System.Globalization;
using System.Text;
using Inference.Evaluation.Verdicts;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Records;

public sealed partial record DecisionRecord
{
    /// <summary>Formats the record as lines of text.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Verb}: {(Met ? "budget met" : Verdict == VerdictOutcome.Inconclusive ? "INCONCLUSIVE" : "BUDGET NOT MET")}{(Budget.Length > 0 ? $" ({Budget})" : "")}{(Reason.Length > 0 ? $": {Reason}" : "")}\n");
        text.Append(CultureInfo.InvariantCulture, $"weights   {SourceBytes:N0} → {Bytes:N0} bytes ({(double)Bytes / Math.Max(1, SourceBytes):P1})\n");
        if (Microseconds > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"time      {SourceMicroseconds:F1} → {Microseconds:F1} µs (speedup {SourceMicroseconds / Microseconds:F2})\n");
        }

        if (Quality is { } q)
        {
            text.Append(CultureInfo.InvariantCulture, $"{q.Metric,-9} {q.Source:F4} → {q.Candidate:F4}, drop {q.Drop * 100:F2} % (95 %: {q.DropLow * 100:F2} to {q.DropHigh * 100:F2}), {q.Rows} rows\n");
            text.Append(CultureInfo.InvariantCulture, $"flips     {q.FlipCount}: {q.FlipsToWrong} to wrong, {q.FlipsToRight} to right; output error worst {q.WorstOutputError:G3}, mean {q.MeanOutputError:G3}\n");
            foreach (SliceResult slice in q.Slices)
            {
                text.Append(CultureInfo.InvariantCulture, $"slice     {slice.Name}: {slice.Source:F4} → {slice.Candidate:F4}, drop {slice.Drop * 100:F2} %, {slice.Rows} rows{(slice.Judged ? $" (95 %: to {slice.DropHigh * 100:F2})" : $", not judged: {(slice.Reason.Length > 0 ? slice.Reason : "too few rows")}")}\n");
            }
        }

        if (Quality?.Reading is { } reading)
        {
            foreach (string line in reading.Describe().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))
            {
                text.Append(line.Insert(Math.Min(9, line.Length), " ")).Append('\n');
            }
        }

        if (Cascade is { } c)
        {
            text.Append(CultureInfo.InvariantCulture, $"cascade   {c.StopShare:P1} of the rows answered by the student at confidence {c.Threshold:F3}, drop {c.Drop * 100:F2} %, mean {c.TeacherMicroseconds:F1} → {c.Microseconds:F1} µs (× {c.Microseconds / c.TeacherMicroseconds:F2})\n");
        }

        foreach (CandidateRecord candidate in Candidates)
        {
            text.Append(CultureInfo.InvariantCulture, $"tried     {candidate.Name}: drop {candidate.Drop * 100:F2} %, speedup {candidate.Speedup:F2}, {candidate.Bytes:N0} bytes{(candidate.Accepted ? "" : $": {candidate.Reason}")}\n");
        }

        foreach (LayerDecision layer in Layers)
        {
            text.Append(CultureInfo.InvariantCulture, $"layer     {layer.Name} {layer.Operator}: {layer.Action} ({layer.Reason})\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"source    {SourceSha256}\n");
        foreach (DataRecord data in Data)
        {
            text.Append(CultureInfo.InvariantCulture, $"data      {data.Role}: {data.Name} {data.Sha256}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"seed      {Seed}").ToString();
    }
}
