using Inference.Evaluation.Sequential;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// Gaps between the groups of one column: of the shares predicted positive, and of true- and false-positive rates. A gap is certain as far as the lowest end of the highest rate's interval is above the highest end of the lowest
/// rate's. The intervals of all groups and rates are valid at all times together: the g-th group that appeared has 6 ÷ (πg)² of the error probability, whichever groups follow. Not thread-safe.
/// </summary>
/// <param name="minimumRows">The rows below which a group is not judged.</param>
/// <param name="share">The part of the error probability that there is for these rows.</param>
/// <param name="ranks">The groups in the order in which they appeared, from 1 on, at earlier evaluations too; new ones are added.</param>
internal sealed class FairnessCheck(int minimumRows, double share, Dictionary<string, int> ranks)
{
    private const double Alpha = 0.05;
    private static readonly string[] s_rates = ["selection rate", "true-positive rate", "false-positive rate"];
    private readonly Dictionary<string, OutcomeCounts[]> _groups = new(StringComparer.Ordinal);

    /// <summary>Adds a labelled row.</summary>
    public void Add(string group, bool selected, bool actual)
    {
        if (!_groups.TryGetValue(group, out OutcomeCounts[]? rates))
        {
            _groups[group] = rates = [new(), new(), new()];
            ranks.TryAdd(group, ranks.Count + 1);
        }

        rates[0].Add(1, selected ? 1 : 0);
        rates[actual ? 1 : 2].Add(1, selected ? 1 : 0);
    }

    /// <summary>The largest certain gap, with its rate and groups; null if no gap is certain.</summary>
    public (double Gap, string Rate, string High, string Low)? Certain()
    {
        (double Gap, string Rate, string High, string Low)? worst = null;
        KeyValuePair<string, OutcomeCounts[]>[] groups = [.. _groups.Where(g => g.Value[0].Total >= minimumRows)];
        for (int rate = 0; rate < s_rates.Length; rate++)
        {
            (string Name, double Low, double High)[] intervals =
            [
                .. groups.Where(g => g.Value[rate].Total > 0).Select(g => (g.Key, ConfidenceSequence.Mean(g.Value[rate], Alpha * share * EvaluationBlock.PartOf(ranks[g.Key]) / s_rates.Length))).Select(static g => (g.Key, g.Item2.Low, g.Item2.High)),
            ];
            if (intervals.Length < 2)
            {
                continue;
            }

            (string Name, double Low, double High) high = intervals.MaxBy(static g => g.Low), low = intervals.MinBy(static g => g.High);
            double gap = high.Low - low.High;
            if (gap > 0 && !(gap <= worst?.Gap))
            {
                worst = (gap, s_rates[rate], high.Name, low.Name);
            }
        }

        return worst;
    }
}
