namespace Inference.Optimization.Factorization;

/// <summary>Allocates a budget of multiply-adds: ranks are lowered step by step, each time where the normalized loss per saved multiply-add is lowest.</summary>
internal static class RankAllocation
{
    /// <param name="layers">The layers that may be factorized.</param>
    /// <param name="fixedMacs">The multiply-adds of everything else.</param>
    /// <param name="options">The target, the maximum error and the multiple.</param>
    /// <returns>The rank of each layer; layers that stay dense are absent.</returns>
    public static Dictionary<LowRankLayer, int> Allocate(IReadOnlyList<LowRankLayer> layers, long fixedMacs, FactorizeOptions options)
    {
        var ranks = new Dictionary<LowRankLayer, int>();
        long macs = fixedMacs + layers.Sum(l => l.DenseMacs);
        double target = options.TargetMacs * macs;
        var steps = new PriorityQueue<(LowRankLayer Layer, int Rank), double>();
        foreach (LowRankLayer layer in layers)
        {
            Offer(steps, layer, null, options);
        }

        while (macs > target && steps.TryDequeue(out (LowRankLayer Layer, int Rank) step, out _))
        {
            int? before = ranks.TryGetValue(step.Layer, out int rank) ? rank : null;
            macs += step.Layer.Macs(step.Rank) - (before is { } old ? step.Layer.Macs(old) : step.Layer.DenseMacs);
            ranks[step.Layer] = step.Rank;
            Offer(steps, step.Layer, step.Rank, options);
        }

        return ranks;
    }

    private static void Offer(PriorityQueue<(LowRankLayer Layer, int Rank), double> steps, LowRankLayer layer, int? current, FactorizeOptions options)
    {
        int multiple = Math.Min(options.RankMultiple, Math.Max(1, layer.GreatestRank / 2));
        int rank = current is { } now ? now - multiple : layer.GreatestRank / multiple * multiple;
        if (rank < 1 || layer.Loss(rank) > options.MaxLayerError)
        {
            return;
        }

        double loss = layer.Loss(rank) - (current is { } before ? layer.Loss(before) : 0);
        long saved = (current is { } c ? layer.Macs(c) : layer.DenseMacs) - layer.Macs(rank);
        steps.Enqueue((layer, rank), loss / Math.Max(1, saved));
    }
}
