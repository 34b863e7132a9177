using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Pruning;

/// <summary>Selects the channels to remove: those with the lowest loss at the layers that read them per saved multiply-add.</summary>
internal static class ChannelPlan
{
    /// <param name="groups">The groups that may be pruned.</param>
    /// <param name="grams">The second moments of the values that consumers read.</param>
    /// <param name="positions">The output positions of every layer.</param>
    /// <param name="total">The model's multiply-adds.</param>
    /// <param name="options">The target and the minimum share.</param>
    /// <param name="multiple">Channels are removed in multiples of this; 0: half a group at a time, because kernels are fastest with powers of two; −1: likewise, widest groups first.</param>
    /// <returns>The remaining channels, ascending, of each group that loses some.</returns>
    public static Dictionary<ChannelGroup, int[]> Choose(
        IReadOnlyList<ChannelGroup> groups, IReadOnlyDictionary<string, GramMatrix> grams, Func<LinearLayer, long> positions, long total, PruneOptions options, int multiple)
    {
        var removed = groups.ToDictionary(g => g, _ => 0);
        Dictionary<ChannelGroup, (int Channel, double Loss)[]> order = groups.ToDictionary(g => g, g => Order(g, grams, options.Refit));
        double target = options.TargetMacs * total;
        while (Macs(groups, removed, positions, total) > target)
        {
            ChannelGroup? best = null;
            double bestCost = double.PositiveInfinity;
            long now = Macs(groups, removed, positions, total);
            int widest = multiple >= 0 ? 0 : groups.Where(g => CanStep(g, removed[g], multiple, options)).Select(g => g.Channels).DefaultIfEmpty(0).Max();
            foreach (ChannelGroup group in groups.Where(g => g.Channels >= widest))
            {
                int step = Step(group, multiple);
                int next = removed[group] + step;
                if (!CanStep(group, removed[group], multiple, options))
                {
                    continue;
                }

                double loss = order[group].Skip(removed[group]).Take(step).Sum(c => c.Loss);
                removed[group] = next;
                double cost = loss / Math.Max(1, now - Macs(groups, removed, positions, total));
                removed[group] = next - step;
                if (cost < bestCost)
                {
                    (best, bestCost) = (group, cost);
                }
            }

            if (best is null)
            {
                break;
            }

            removed[best] += Step(best, multiple);
        }

        GiveBack(groups, order, removed, positions, total, target, multiple);
        return groups.Where(g => removed[g] > 0).ToDictionary(g => g, g => order[g].Skip(removed[g]).Select(c => c.Channel).Order().ToArray());
    }

    private static bool CanStep(ChannelGroup group, int removed, int multiple, PruneOptions options) =>
        group.Channels - removed - Step(group, multiple) >= Math.Max(options.LeastKept * group.Channels, 1);

    /// <summary>The number of channels removed at once.</summary>
    public static int Step(ChannelGroup group, int multiple) => multiple > 0 ? multiple : Math.Clamp(group.Channels / 2, 4, 16);

    // The last step may save more than necessary: removals that are no longer needed are undone, the most costly first.
    private static void GiveBack(
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyDictionary<ChannelGroup, (int Channel, double Loss)[]> order,
        Dictionary<ChannelGroup, int> removed,
        Func<LinearLayer, long> positions,
        long total,
        double target,
        int multiple)
    {
        while (true)
        {
            ChannelGroup? dearest = null;
            double most = 0;
            foreach (ChannelGroup group in groups.Where(g => removed[g] > 0))
            {
                int step = Step(group, multiple);
                removed[group] -= step;
                double loss = order[group].Skip(removed[group]).Take(step).Sum(c => c.Loss);
                if (loss > most && Macs(groups, removed, positions, total) <= target)
                {
                    (dearest, most) = (group, loss);
                }

                removed[group] += step;
            }

            if (dearest is null)
            {
                return;
            }

            removed[dearest] -= Step(dearest, multiple);
        }
    }

    /// <summary>The multiply-adds after the counted channels are removed.</summary>
    public static long Macs(IReadOnlyList<ChannelGroup> groups, IReadOnlyDictionary<ChannelGroup, int> removed, Func<LinearLayer, long> positions, long total)
    {
        var outputs = new Dictionary<LinearLayer, double>();
        foreach (ChannelGroup group in groups)
        {
            double kept = 1 - ((double)removed[group] / group.Channels);
            foreach (LinearLayer layer in group.Producers.Concat(group.Consumers).Concat(group.Depthwise))
            {
                outputs[layer] = outputs.GetValueOrDefault(layer, 1) * kept;
            }
        }

        return total - (long)outputs.Sum(o => LayerCost.Macs(o.Key, positions(o.Key)) * (1 - o.Value));
    }

    /// <summary>
    /// The channels in order of removal, each with the share of the readers' output energy that is lost with it. Without refit, a channel's loss is its energy at the readers,
    /// Σ ‖W_j‖²·E[x_j²]; with refit, only the part that the remaining channels cannot predict, Σ ‖W_j‖² / (G⁻¹)_jj, and G⁻¹ loses a row and column with each channel.
    /// Source: the optimal brain surgeon (Hassibi and Stork, 1993), for channels.
    /// </summary>
    private static (int Channel, double Loss)[] Order(ChannelGroup group, IReadOnlyDictionary<string, GramMatrix> grams, bool refit)
    {
        int n = group.Channels;
        var weights = new List<(double[] Norms, double[,] Inverse, GramMatrix Gram)>();
        foreach (LinearLayer consumer in group.Consumers)
        {
            GramMatrix gram = grams[consumer.Input];
            double[] norms = Norms(consumer, n);
            double energy = Math.Max(Energy(consumer, gram, n), 1e-300);
            weights.Add((Array.ConvertAll(norms, v => v / energy), refit ? Inverse(gram) : new double[0, 0], gram));
        }

        var order = new (int Channel, double Loss)[n];
        var left = Enumerable.Range(0, n).ToList();
        for (int step = 0; step < n; step++)
        {
            (int channel, double loss) = left.Select(c => (c, weights.Sum(w => w.Norms[c] * (refit ? 1 / w.Inverse[c, c] : w.Gram[c, c] / w.Gram.Count)))).MinBy(c => c.Item2);
            order[step] = (channel, loss);
            left.Remove(channel);
            if (refit)
            {
                weights.ForEach(w => Remove(w.Inverse, channel, left));
            }
        }

        return order;
    }

    private static double[] Norms(LinearLayer consumer, int channels)
    {
        float[] rows = consumer.ReadRows();
        int kernel = consumer.Reduction / channels;
        var norms = new double[channels];
        for (int i = 0; i < rows.Length; i++)
        {
            norms[i % consumer.Reduction / kernel] += (double)rows[i] * rows[i];
        }

        return norms;
    }

    private static double Energy(LinearLayer consumer, GramMatrix gram, int channels)
    {
        float[] rows = consumer.ReadRows();
        int kernel = consumer.Reduction / channels;
        double energy = 0;
        for (int row = 0; row < rows.Length; row += consumer.Reduction)
        {
            for (int tap = 0; tap < kernel; tap++)
            {
                for (int i = 0; i < channels; i++)
                {
                    double wi = rows[row + (i * kernel) + tap];
                    for (int j = 0; j < channels; j++)
                    {
                        energy += wi * rows[row + (j * kernel) + tap] * gram[i, j];
                    }
                }
            }
        }

        return energy / gram.Count;
    }

    private static double[,] Inverse(GramMatrix gram)
    {
        int n = gram.Rows;
        var identity = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            identity[i, i] = 1;
        }

        return DenseSolver.Ridge(gram.Moments(central: false), identity, 1e-6);
    }

    private static void Remove(double[,] inverse, int channel, List<int> left)
    {
        double pivot = inverse[channel, channel];
        foreach (int i in left)
        {
            double factor = inverse[i, channel] / pivot;
            foreach (int j in left)
            {
                inverse[i, j] -= factor * inverse[channel, j];
            }
        }
    }
}
