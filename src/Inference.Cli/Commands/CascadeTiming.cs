using System.Diagnostics;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Running;
using Inference.Versioning;

namespace Inference.Cli.Commands;

/// <summary>Times a cascade row by row as in serving: student and teacher, alternating with the teacher alone.</summary>
internal static class CascadeTiming
{
    // The median of five passes over a thousand rows: some seconds for a model of a millisecond.
    private const int Rows = 1000;
    private const int Rounds = 5;

    /// <returns>The mean time per row, microseconds: of the teacher alone, and of the cascade; for each the fastest round.</returns>
    public static async Task<(double Teacher, double Cascade)> MeasureAsync(OptimizationContext context, OnnxModel teacher, OnnxModel student, IDataSource data, CancellationToken cancellationToken)
    {
        await using ModelSession big = await ModelSession.OpenAsync(context, teacher, "teacher", cancellationToken).ConfigureAwait(false);
        await using ModelSession small = await ModelSession.OpenAsync(context, student, "student", cancellationToken).ConfigureAwait(false);
        IModelRunner cascade = new ModelRunnerBuilder(big.Runner).UseCascade(null, small.Runner).Build();
        var rows = new List<NamedValues>();
        await foreach (DataBatch batch in data.Take(Rows).ReadAsync([.. big.InputNames], big.FixedRows ?? 1, cancellationToken).ConfigureAwait(false))
        {
            rows.Add(batch.Values);
        }

        double alone = double.PositiveInfinity;
        double together = double.PositiveInfinity;
        for (int round = 0; round <= Rounds; round++)
        {
            double teacherTime = await TimeAsync(big.Runner, rows, cancellationToken).ConfigureAwait(false);
            double cascadeTime = await TimeAsync(cascade, rows, cancellationToken).ConfigureAwait(false);

            // The first round warms up.
            (alone, together) = round == 0 ? (alone, together) : (Math.Min(alone, teacherTime), Math.Min(together, cascadeTime));
        }

        rows.ForEach(r => r.Dispose());
        return (alone, together);
    }

    private static async Task<double> TimeAsync(IModelRunner runner, List<NamedValues> rows, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (NamedValues row in rows)
        {
            (await runner.RunAsync(row, null, cancellationToken).ConfigureAwait(false)).Dispose();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / rows.Count;
    }
}
