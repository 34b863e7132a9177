using System.Diagnostics;
using Inference;
using Inference.Caching;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Factorization;
using Inference.Optimization.Pruning;
using Inference.Optimization.Quantization;
using OptimizeAndServe.Serving;
using OptimizeAndServe.Training;

namespace OptimizeAndServe.Tuning;

/// <summary>
/// Selects ranks, channels and the cascade's width on rows that are used neither for fitting nor for reporting: of the settings within the budget, the one with the fewest multiply-adds.
/// </summary>
/// <param name="context">Runs models.</param>
/// <param name="data">Rows to fit to.</param>
/// <param name="rows">Rows to select on.</param>
/// <param name="ranker">The float model.</param>
/// <param name="log">Receives each trial.</param>
internal sealed class Tuner(OptimizationContext context, IDataSource data, QualityRows rows, OnnxModel ranker, Action<string> log)
{
    private static readonly double[] MacShares = [0.8, 0.7, 0.6, 0.5, 0.4];
    private static readonly double[] ChannelShares = [0.6, 0.5, 0.45, 0.4, 0.35, 0.3];
    private static readonly int[] Widths = [8, 16, 24, 32, 40, 48, 56, 64, 72, 80];
    private readonly float[] _reference = Score(context, rows, ranker);

    /// <summary>All trials so far.</summary>
    public List<Trial> Trials { get; } = [];

    /// <summary>The lowest ranks, in 8 bits.</summary>
    public Task<OnnxModel?> ChooseRanksAsync(QualityBudget budget) => ChooseAsync("low rank", MacShares, budget, share => ThinAsync(ranker, share));

    /// <summary>The fewest channels, then factors as above, in 8 bits.</summary>
    public Task<OnnxModel?> ChooseChannelsAsync(QualityBudget budget) => ChooseAsync("fewer channels", ChannelShares, budget, async share =>
    {
        #region prune
        // Removes channels that the others can replace, and refits the layers that read them. At least a third of each layer is kept.
        PruneResult narrow = await Pruner.PruneAsync(context, ranker, data, new PruneOptions { TargetMacs = share, LeastKept = 1.0 / 3, ChannelMultiple = 16 });
        #endregion

        (OnnxModel thin, long macs) = await ThinAsync(narrow.Model, 0.7);
        return (thin, macs);
    });

    /// <summary>The fewest items that the first stage must pass on, and whether that also takes less time: a cascade may cost more than it saves.</summary>
    public (int Keep, bool Pays) ChooseWidth(string ranker, string firstStage, QualityBudget budget)
    {
        float[] quick = rows.Score(Open(firstStage));
        float[] slow = rows.Score(Open(ranker));
        int items = rows.Requests[0].Items.Length;
        int keep = items;
        foreach (int width in Widths)
        {
            QualityLoss loss = rows.Loss(_reference, Join(quick, slow, items, width));
            bool fits = budget.Allows(loss);
            Add(new Trial("cascade", $"{width} of {items} items", $"{width} items", loss.Overall, loss.Slice, loss.SliceName, fits));
            if (fits)
            {
                keep = width;
                break;
            }
        }

        double alone = Time(Open(ranker).AsBuilder());
        double cascade = Time(Open(ranker).AsBuilder().UseCandidateCascade(Open(firstStage), keep));
        log($"cascade: {alone:F1} µs without, {cascade:F1} µs with {keep} items passed on, users cached");
        return (keep, keep < items && cascade < alone);
    }

    private async Task<(OnnxModel Model, long Macs)> ThinAsync(OnnxModel source, double share)
    {
        #region thin
        // First two thin factors for each wide layer, then 8 bits.
        FactorizeResult thin = await Factorizer.FactorizeAsync(context, source, data, new FactorizeOptions { TargetMacs = share, RequireMeasuredGain = false });
        QuantizeResult thinInt8 = await Quantizer.QuantizeAsync(context, thin.Model, data);
        #endregion

        return (thinInt8.Model, thin.Macs);
    }

    private async Task<OnnxModel?> ChooseAsync(string step, double[] settings, QualityBudget budget, Func<double, Task<(OnnxModel Model, long Macs)>> make)
    {
        var made = new List<(Trial Trial, OnnxModel Model, long Macs)>();
        foreach (double setting in settings)
        {
            (OnnxModel model, long macs) = await make(setting).ConfigureAwait(false);
            QualityLoss loss = rows.Loss(_reference, Score(context, rows, model));
            made.Add((new Trial(step, $"{setting:P0} of the multiply-adds asked for", $"{macs / 1e6:F1} million multiply-adds", loss.Overall, loss.Slice, loss.SliceName, budget.Allows(loss)), model, macs));
            if (!budget.Allows(loss))
            {
                break;
            }
        }

        int best = made.FindLastIndex(m => m.Trial.Chosen);
        for (int i = 0; i < made.Count; i++)
        {
            Add(made[i].Trial with { Chosen = i == best });
        }

        return best < 0 ? null : made[best].Model;
    }

    private void Add(Trial trial)
    {
        Trials.Add(trial);
        log($"{trial.Step}: {trial.Setting}: {trial.Cost}, −{trial.Drop:F3} points, −{trial.SliceDrop:F3} on {trial.Slice}{(trial.Chosen ? ", chosen" : "")}");
    }

    /// <summary>The cascade's scores: the ranker's for the items that the first stage scores highest.</summary>
    private static float[] Join(float[] quick, float[] slow, int items, int keep)
    {
        float[] joined = (float[])quick.Clone();
        var keys = new float[items];
        var order = new int[items];
        for (int start = 0; start < quick.Length; start += items)
        {
            Array.Copy(quick, start, keys, 0, items);
            for (int i = 0; i < items; i++)
            {
                order[i] = start + i;
            }

            Array.Sort(keys, order);
            foreach (int row in order.AsSpan(items - keep))
            {
                joined[row] = slow[row];
            }
        }

        return joined;
    }

    /// <summary>Median time of a request whose user is cached, µs.</summary>
    private double Time(ModelRunnerBuilder pipeline)
    {
        using IModelRunner runner = pipeline.UseFeatureCaching(RankExport.UserInputs, o => o.MaxBytes = 128 << 20).Build();
        var times = new List<double>();
        using var inputs = new RequestInputs(rows.Requests[0]);
        for (int pass = 0; pass < 12; pass++)
        {
            for (int i = 0; i < Math.Min(200, rows.Requests.Count); i++)
            {
                long start = Stopwatch.GetTimestamp();
                inputs.Write(rows.Requests[i], 0);
                runner.Run(inputs.Values).Dispose();
                if (pass >= 6)
                {
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static IModelRunner Open(string path) => ModelRunner.Load(path, new ModelLoadOptions { Threads = 1 });

    private static float[] Score(OptimizationContext context, QualityRows rows, OnnxModel model)
    {
        string path = Path.GetTempFileName();
        try
        {
            model.Save(path);
            using IModelRunner runner = Open(path);
            return rows.Score(runner);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
