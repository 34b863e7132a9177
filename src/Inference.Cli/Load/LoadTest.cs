using Inference.Cli.Terminal;

namespace Inference.Cli.Load;

/// <summary>Finds what a runner can take.</summary>
internal sealed class LoadTest(LoadTarget target, LoadOptions options, WorkProgress progress)
{
    private const int ProbeCallers = 64;

    // 1.4⁵ = 5 times what callers that wait were answered, and three measurements beyond the knee.
    private const int MostProbes = 8;
    private const int Bisections = 5;

    // Of the knee: where the curve is flat, where it bends, and beyond.
    private static readonly double[] s_shares = [0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1.05];
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds);

    /// <summary>Runs the test.</summary>
    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Rate is { } rate)
        {
            return await AtRateAsync(rate, cancellationToken).ConfigureAwait(false);
        }

        if (options.Concurrency is { } callers)
        {
            using IModelRunner called = await target.RunnerAsync(null).ConfigureAwait(false);
            progress.Show($"{callers} callers");
            return new([await LoadRun.WithCallersAsync(called, target.Inputs, callers, _duration, cancellationToken).ConfigureAwait(false)], null, []);
        }

        using IModelRunner runner = await target.RunnerAsync(null).ConfigureAwait(false);
        var points = new List<LoadPoint>();
        double knee = await KneeAsync(runner, points, cancellationToken).ConfigureAwait(false);
        foreach (double share in s_shares)
        {
            points.Add(await MeasureAsync(runner, knee * share, cancellationToken).ConfigureAwait(false));
        }

        knee = Math.Max(knee, points.Where(p => p.IsClean).Select(p => p.Throughput).DefaultIfEmpty(0).Max());
        points.Sort(static (a, b) => a.Offered.CompareTo(b.Offered));
        var choices = new List<ChoiceResult>();
        if (options.Objective is { } objective)
        {
            choices.Add(await AllowedAsync(runner, null, knee, objective, cancellationToken).ConfigureAwait(false));
            await TryBatchingAsync(choices, objective, async (batched, choice) =>
            {
                double most = await KneeAsync(batched, [], cancellationToken).ConfigureAwait(false);
                return await AllowedAsync(batched, choice, most, objective, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }

        return new(points, knee, choices);
    }

    private async Task<LoadResult> AtRateAsync(double rate, CancellationToken cancellationToken)
    {
        using IModelRunner runner = await target.RunnerAsync(null).ConfigureAwait(false);
        LoadPoint plain = await MeasureAsync(runner, rate, cancellationToken).ConfigureAwait(false);
        if (options.Objective is not { } objective)
        {
            return new([plain], null, []);
        }

        ChoiceResult Judge(BatchingChoice? choice, LoadPoint point) => new(choice, point.Meets(objective) ? rate : 0, point.Quantile(objective.Quantile));
        var choices = new List<ChoiceResult> { Judge(null, plain) };
        await TryBatchingAsync(choices, objective, async (batched, choice) => Judge(choice, await MeasureAsync(batched, rate, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);

        // All are at one rate: the best is the one with the lowest latency.
        return new([plain], null, [.. choices.OrderBy(c => c.Latency)]);
    }

    private async Task TryBatchingAsync(List<ChoiceResult> choices, LatencyObjective objective, Func<IModelRunner, BatchingChoice, Task<ChoiceResult>> measure)
    {
        if (!target.MayBatch)
        {
            return;
        }

        foreach (BatchingChoice choice in BatchingChoice.For(objective))
        {
            using IModelRunner batched = await target.RunnerAsync(choice).ConfigureAwait(false);
            choices.Add(await measure(batched, choice).ConfigureAwait(false));
        }
    }

    /// <summary>The throughput under more load than can be answered. A first value comes from callers that wait; then more and more is offered until answers do not keep up.</summary>
    private async Task<double> KneeAsync(IModelRunner runner, List<LoadPoint> points, CancellationToken cancellationToken)
    {
        progress.Show("a first value of what can be answered");
        LoadPoint waiting = await LoadRun.WithCallersAsync(runner, target.Inputs, ProbeCallers, _duration / 2, cancellationToken).ConfigureAwait(false);
        if (waiting.Throughput <= 0)
        {
            throw new InferenceException($"'{target.Name}': expected answers within {_duration.TotalSeconds / 2} s, got none{(waiting.Error is { } error ? $": {error}" : "")}. Give it more --seconds.");
        }

        double offered = waiting.Throughput * 1.2;
        var saturated = new List<double>();
        for (int probe = 0; probe < MostProbes && saturated.Count < 3; probe++)
        {
            LoadPoint point = await MeasureAsync(runner, offered, cancellationToken).ConfigureAwait(false);
            if (point.Throughput < offered * 0.95)
            {
                saturated.Add(point.Throughput);
                offered = Median(saturated) * 1.3;
            }
            else
            {
                offered *= 1.4;
            }

            points.Add(point);
        }

        return saturated.Count > 0 ? Median(saturated) : points.Count > 0 ? points[^1].Throughput : waiting.Throughput;
    }

    /// <summary>The largest rate at which the objective is met, to within a thirtieth of the knee.</summary>
    private async Task<ChoiceResult> AllowedAsync(IModelRunner runner, BatchingChoice? choice, double knee, LatencyObjective objective, CancellationToken cancellationToken)
    {
        double low = 0;
        double high = knee;
        double latency = double.NaN;
        for (int i = 0; i < Bisections; i++)
        {
            double rate = (low + high) / 2;
            LoadPoint point = await MeasureAsync(runner, rate, cancellationToken).ConfigureAwait(false);
            if (!point.Meets(objective) && point.IsClean)
            {
                // Other work on the machine only ever makes a measurement worse.
                point = await MeasureAsync(runner, rate, cancellationToken).ConfigureAwait(false);
            }

            if (point.Meets(objective))
            {
                (low, latency) = (rate, point.Quantile(objective.Quantile));
            }
            else
            {
                high = rate;
                latency = low == 0 ? point.Quantile(objective.Quantile) : latency;
            }
        }

        return new(choice, low, latency);
    }

    private Task<LoadPoint> MeasureAsync(IModelRunner runner, double rate, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        progress.Show(FormattableString.Invariant($"{rate:0} calls/s"));
        return LoadRun.AtRateAsync(runner, target.Inputs, rate, _duration, options.Seed, cancellationToken);
    }

    private static double Median(List<double> values) => Benchmarking.LatencySummary.Median(values);
}
