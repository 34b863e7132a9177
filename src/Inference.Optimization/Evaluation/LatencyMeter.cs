using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Running;

namespace Inference.Optimization.Evaluation;

/// <summary>Measures the latencies of several models, interleaved in one process, so that other load on the machine affects all alike.</summary>
internal static class LatencyMeter
{
    /// <summary>The median time of one run of each model, in microseconds.</summary>
    /// <param name="context">Provides the loader and the clock.</param>
    /// <param name="models">The models.</param>
    /// <param name="data">The source of the rows.</param>
    /// <param name="rows">The number of rows per run, for models that accept any number.</param>
    /// <param name="budget">The time for all models together.</param>
    /// <param name="cancellationToken">Cancels the measurement.</param>
    /// <param name="loaders">The loader of each model; null for the context's.</param>
    public static async Task<double[]> MeasureAsync(
        OptimizationContext context, IReadOnlyList<OnnxModel> models, IDataSource data, int rows, TimeSpan budget, CancellationToken cancellationToken, IReadOnlyList<IModelLoader>? loaders = null)
    {
        // 21 rounds have a median with ten on each side.
        List<double>[] times = await TimesAsync(context, models, data, rows, 21, budget, cancellationToken, loaders).ConfigureAwait(false);
        return [.. times.Select(static t => Median(t))];
    }

    /// <summary>The time of each run of each model, in microseconds, in order: the k-th times of all models belong to one round.</summary>
    /// <param name="context">Provides the loader and the clock.</param>
    /// <param name="models">The models.</param>
    /// <param name="data">The source of the rows.</param>
    /// <param name="rows">The number of rows per run, for models that accept any number.</param>
    /// <param name="least">The number of rounds at least.</param>
    /// <param name="budget">The time for all models together.</param>
    /// <param name="cancellationToken">Cancels the measurement.</param>
    /// <param name="loaders">The loader of each model; null for the context's.</param>
    public static async Task<List<double>[]> TimesAsync(
        OptimizationContext context, IReadOnlyList<OnnxModel> models, IDataSource data, int rows, int least, TimeSpan budget, CancellationToken cancellationToken, IReadOnlyList<IModelLoader>? loaders = null)
    {
        // Each model runs a few times at least, and until tiers of compilation have settled.
        const int WarmUps = 5;
        const double WarmUpShare = 0.75;
        var sessions = new List<ModelSession>();
        DataBatch? batch = null;
        try
        {
            for (int i = 0; i < models.Count; i++)
            {
                sessions.Add(await ModelSession.OpenAsync(loaders is null ? context : context.With(loaders[i]), models[i], "timed", cancellationToken).ConfigureAwait(false));
            }

            batch = await FirstAsync(data, [.. sessions[0].InputNames], sessions[0].FixedRows ?? rows, cancellationToken).ConfigureAwait(false);
            List<double>[] times = [.. sessions.Select(_ => new List<double>())];
            // Long enough for the runtime to recompile hot methods with profile data.
            long warm = context.TimeProvider.GetTimestamp();
            for (int i = 0; i < WarmUps * sessions.Count || context.TimeProvider.GetElapsedTime(warm) < budget * WarmUpShare; i++)
            {
                (await sessions[i % sessions.Count].RunAsync(batch, cancellationToken).ConfigureAwait(false)).Dispose();
            }

            long start = context.TimeProvider.GetTimestamp();
            for (int round = 0; round < least || context.TimeProvider.GetElapsedTime(start) < budget; round++)
            {
                for (int i = 0; i < sessions.Count; i++)
                {
                    // The models take turns at running first: a model that runs after another pays for cold caches.
                    int at = (i + round) % sessions.Count;
                    long begin = context.TimeProvider.GetTimestamp();
                    NamedValues outputs = await sessions[at].RunAsync(batch, cancellationToken).ConfigureAwait(false);
                    times[at].Add(context.TimeProvider.GetElapsedTime(begin).TotalMicroseconds);
                    outputs.Dispose();
                }
            }

            return times;
        }
        finally
        {
            batch?.Dispose();
            foreach (ModelSession session in sessions)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The median of the times of one model; at least one.</summary>
    public static double Median(IReadOnlyList<double> times) => At(times, times.Count / 2);

    /// <summary>The least time that 95 % of the runs do not exceed; of at least one.</summary>
    public static double P95(IReadOnlyList<double> times) => At(times, (int)Math.Ceiling(times.Count * 0.95) - 1);

    private static double At(IReadOnlyList<double> times, int place)
    {
        double[] sorted = [.. times];
        Array.Sort(sorted);
        return sorted[place];
    }

    private static async Task<DataBatch> FirstAsync(IDataSource data, string[] columns, int rows, CancellationToken cancellationToken)
    {
        await foreach (DataBatch batch in data.ReadAsync(columns, rows, cancellationToken).ConfigureAwait(false))
        {
            return batch;
        }

        throw new DataException($"{data.Name}: expected at least one row, got none. Add rows.");
    }
}
