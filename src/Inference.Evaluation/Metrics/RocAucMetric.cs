namespace Inference.Evaluation.Metrics;

/// <summary>The area under the receiver operating characteristic: the weighted share of (member, non-member) pairs that the score orders correctly, ties counting half. NaN if members or non-members are missing, or a score is NaN.</summary>
/// <remarks>As scikit-learn's <c>roc_auc_score</c>; for more than two classes as <c>multi_class='ovr'</c>, macro. The variance uses placements: DeLong, DeLong, Clarke-Pearson, 1988.</remarks>
internal sealed class RocAucMetric() : ScoreMetric("auc")
{
    public override double Evaluate(ReadOnlySpan<ScoreEntry> entries)
    {
        double pairs = 0, members = 0, others = 0;
        for (int i = 0; i < entries.Length;)
        {
            (double tiedMembers, double tiedOthers, i) = Tie(entries, i);
            pairs += tiedMembers * (others + (tiedOthers / 2));
            members += tiedMembers;
            others += tiedOthers;
        }

        return HasNaN(entries) || members == 0 || others == 0 ? double.NaN : pairs / (members * others);
    }

    public override ScoreExtremes Differentiate(ReadOnlySpan<ScoreEntry> entries, Span<double> derivatives)
    {
        double value = Evaluate(entries);
        double allMembers = 0, allOthers = 0;
        foreach (ScoreEntry entry in entries)
        {
            allMembers += entry.Positive ? entry.Total : 0;
            allOthers += entry.Positive ? 0 : entry.Total;
        }

        double members = 0, others = 0;
        for (int i = 0; i < entries.Length;)
        {
            (double tiedMembers, double tiedOthers, int end) = Tie(entries, i);
            for (; i < end; i++)
            {
                double placement = entries[i].Positive ? (others + (tiedOthers / 2)) / allOthers : (allMembers - members - (tiedMembers / 2)) / allMembers;
                derivatives[i] = (placement - value) / (entries[i].Positive ? allMembers : allOthers);
            }

            members += tiedMembers;
            others += tiedOthers;
        }

        return new ScoreExtremes((1 - value) / allMembers, -value / allMembers, (1 - value) / allOthers, -value / allOthers);
    }
}
