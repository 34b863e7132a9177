namespace Inference.Evaluation.Metrics;

/// <summary>Average precision: Σ over scores, in descending order, of (recall − previous recall) · precision, equal scores together. NaN if no row is a member, or a score is NaN.</summary>
/// <remarks>As scikit-learn's <c>average_precision_score</c> (if there are members); for more than two classes the macro average.</remarks>
internal sealed class AveragePrecisionMetric() : ScoreMetric("average_precision")
{
    public override double Evaluate(ReadOnlySpan<ScoreEntry> entries)
    {
        double members = 0, all = 0, sum = 0;
        for (int end = entries.Length; end > 0;)
        {
            (double tiedMembers, double tiedOthers, int start) = TieBelow(entries, end);
            members += tiedMembers;
            all += tiedMembers + tiedOthers;
            sum += all > 0 ? tiedMembers * (members / all) : 0;
            end = start;
        }

        return HasNaN(entries) || members == 0 ? double.NaN : sum / members;
    }

    // AP = (1/P)·Σᵢ wᵢ·Tᵢ/Nᵢ over members i, where Tᵢ and Nᵢ are the weights of the members and of all rows whose score is at least sᵢ. One more unit of weight at score s adds to Nᵢ of each sᵢ ≤ s, and,
    // if it is a member, to Tᵢ, to P, and a summand of its own.
    public override ScoreExtremes Differentiate(ReadOnlySpan<ScoreEntry> entries, Span<double> derivatives)
    {
        double value = Evaluate(entries);
        double members = 0, all = 0;
        foreach (ScoreEntry entry in entries)
        {
            members += entry.Positive ? entry.Total : 0;
            all += entry.Total;
        }

        double above = members, aboveAll = all, gain = 0, loss = 0;
        for (int i = 0; i < entries.Length;)
        {
            (double tiedMembers, double tiedOthers, int end) = Tie(entries, i);
            gain += tiedMembers / aboveAll;
            loss += tiedMembers * above / (aboveAll * aboveAll);
            for (; i < end; i++)
            {
                derivatives[i] = ((entries[i].Positive ? (above / aboveAll) - value + gain : 0) - loss) / members;
            }

            above -= tiedMembers;
            aboveAll -= tiedMembers + tiedOthers;
        }

        return new ScoreExtremes((1 - value + gain - loss) / members, ((members / all) - value) / members, 0, -loss / members);
    }

    private static (double Members, double Others, int Start) TieBelow(ReadOnlySpan<ScoreEntry> entries, int end)
    {
        int start = end - 1;
        while (start > 0 && entries[start - 1].Score.Equals(entries[end - 1].Score))
        {
            start--;
        }

        (double members, double others, _) = Tie(entries[..end], start);
        return (members, others, start);
    }
}
