using System.Globalization;
using Inference.Data;
using Inference.Monitoring.Performance;

namespace Inference.Benchmarks.Monitoring;

/// <summary><c>cbpe --data DIR [--chunk 5000]</c>: estimates the performance of an employment classifier without labels (<c>reference.npz</c>, <c>production.npz</c> with score, prediction and label) and compares it with the realized figures of each chunk; exit code
/// 2 if an error or interval misses its bound.</summary>
internal static class EmploymentCommand
{
    private const int Bins = 256;

    // Mean |error| with isotonic calibration in batch tools, rounded up in the fourth digit.
    private static readonly (string Metric, double Bound)[] s_bounds = [("auc", 0.0041), ("accuracy", 0.0052), ("f1", 0.0066)];

    public static async Task<int> RunAsync(string[] args)
    {
        string folder = args[Array.IndexOf(args, "--data") + 1];
        int chunk = Array.IndexOf(args, "--chunk") is >= 0 and int at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 5_000;
        (float[] scores, long[] labels) = await ReadAsync(Path.Combine(folder, "reference.npz")).ConfigureAwait(false);
        (long[] counts, long[] positives) = Cells(scores, labels);
        var model = new BinaryPerformance(counts, positives, Bins, Bins / 2);
        (scores, labels) = await ReadAsync(Path.Combine(folder, "production.npz")).ConfigureAwait(false);
        int chunks = scores.Length / chunk;
        bool passed = true;
        Console.WriteLine("| metric | mean error | bound | covered by 95 % interval | mean width ÷ sampling width |\n| --- | --- | --- | --- | --- |");
        for (int m = 0; m < s_bounds.Length; m++)
        {
            double error = 0, width = 0;
            int covered = 0;
            for (int i = 0; i < chunks; i++)
            {
                (counts, positives) = Cells(scores.AsSpan(i * chunk, chunk), labels.AsSpan(i * chunk, chunk));
                MetricEstimate estimate = model.Estimate(counts)[m];
                double realized = Exact(s_bounds[m].Metric, scores.AsSpan(i * chunk, chunk), labels.AsSpan(i * chunk, chunk));
                error += Math.Abs(estimate.Value - realized) / chunks;
                width += (estimate.High - estimate.Low) / SamplingWidth(s_bounds[m].Metric, scores.AsSpan(i * chunk, chunk), labels.AsSpan(i * chunk, chunk)) / chunks;
                covered += estimate.Low <= realized && realized <= estimate.High ? 1 : 0;
            }

            passed &= error <= s_bounds[m].Bound && covered >= 0.9 * chunks && width <= 1.5;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {s_bounds[m].Metric} | {error:F5} | {s_bounds[m].Bound} | {covered} of {chunks} ({(double)covered / chunks:P1}) | {width:F2} |"));
        }

        return passed ? 0 : 2;
    }

    // The width of the central 95 % of the realized figure over bootstrap samples of the chunk.
    private static double SamplingWidth(string metric, ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        const int Samples = 400;
        var random = new Random(11);
        var values = new double[Samples];
        var drawnScores = new float[scores.Length];
        var drawnLabels = new long[scores.Length];
        for (int s = 0; s < Samples; s++)
        {
            for (int i = 0; i < drawnScores.Length; i++)
            {
                int row = random.Next(scores.Length);
                (drawnScores[i], drawnLabels[i]) = (scores[row], labels[row]);
            }

            (long[] counts, long[] positives) = Cells(drawnScores, drawnLabels);
            values[s] = OfCells(metric, counts, positives);
        }

        Array.Sort(values);
        return values[(int)(Samples * 0.975)] - values[(int)(Samples * 0.025)];
    }

    private static double OfCells(string metric, long[] counts, long[] positives)
    {
        double[] rows = Array.ConvertAll(counts, static c => (double)c), hits = Array.ConvertAll(positives, static c => (double)c);
        return metric switch { "auc" => ScoreMetrics.Auc(rows, hits), "accuracy" => ScoreMetrics.Accuracy(rows, hits, Bins / 2), _ => ScoreMetrics.F1(rows, hits, Bins / 2) };
    }

    // The realized AUC from the scores themselves, not from their cells; at a threshold of 0.5 the others are the same from cells.
    private static double Exact(string metric, ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        if (metric != "auc")
        {
            (long[] counts, long[] positives) = Cells(scores, labels);
            return OfCells(metric, counts, positives);
        }

        float[] sorted = scores.ToArray();
        long[] order = labels.ToArray();
        Array.Sort(sorted, order);
        double pairs = 0, below = 0, hits = 0;
        for (int i = 0; i < sorted.Length;)
        {
            double tied = 0, others = 0;
            int end = i;
            for (; end < sorted.Length && sorted[end] == sorted[i]; end++)
            {
                tied += order[end];
                others += 1 - order[end];
            }

            pairs += tied * (below + (others / 2));
            (below, hits, i) = (below + others, hits + tied, end);
        }

        return pairs / (hits * below);
    }

    private static (long[] Counts, long[] Positives) Cells(ReadOnlySpan<float> scores, ReadOnlySpan<long> labels)
    {
        long[] counts = new long[Bins], positives = new long[Bins];
        for (int i = 0; i < scores.Length; i++)
        {
            int cell = Math.Min((int)(scores[i] * Bins), Bins - 1);
            counts[cell]++;
            positives[cell] += labels[i];
        }

        return (counts, positives);
    }

    private static async Task<(float[] Scores, long[] Labels)> ReadAsync(string path)
    {
        List<float> scores = [];
        List<long> labels = [];
        IDataSource source = DataSource.Open(path);
        await foreach (DataBatch batch in source.ReadAsync(["score", "label"], 4_096))
        {
            using (batch)
            {
                scores.AddRange(batch.Values["score"].AsSpan<float>());
                labels.AddRange(batch.Values["label"].AsSpan<long>());
            }
        }

        return ([.. scores], [.. labels]);
    }
}
