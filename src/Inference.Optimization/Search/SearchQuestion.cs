using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Running;

namespace Inference.Optimization.Search;

/// <summary>What a search is asked, as a digest: results of a search answer another one only if everything that they depend on is the same. The time limit is not part of it.</summary>
internal static class SearchQuestion
{
    // Raised when candidates are judged by another rule, so that results of the old rule are not used.
    private const int Version = 3;

    public static async Task<string> DigestAsync(
        OptimizationContext context, OnnxModel model, IDataSource calibration, IDataSource search, OptimizeOptions options, string provider, CancellationToken cancellationToken)
    {
        EvaluationOptions evaluation = options.Evaluation;
        string[] columns = [.. model.Graph.Inputs.Select(i => i.Name), .. evaluation.Slices, .. evaluation.Labels is { } labels ? [labels] : Array.Empty<string>()];
        string?[] parts =
        [
            Number(Version),
            ModelIdentity.Digest(model),
            await DataIdentity.DigestAsync(calibration, columns, cancellationToken).ConfigureAwait(false),
            await DataIdentity.DigestAsync(search, columns, cancellationToken).ConfigureAwait(false),
            provider,
            string.Join(' ', context.LoadOptions.Providers),
            Number(context.LoadOptions.Threads),
            context.LoadOptions.Precision.ToString(),
            options.AllowBFloat16.ToString(),
            Number(context.Seed),
            Number(options.LatencyRows),
            evaluation.Metric?.Name,
            evaluation.Output,
            evaluation.Labels,
            Number(evaluation.MinimumSliceRows),
            Number(options.MaxDrop),
            Number(options.MaxSliceDrop),
            Number(options.MinSpeedup),
            Number(options.MaxBytes),
            Number(options.MaxP95?.TotalMicroseconds),
            options.Objective.ToString(),
            Number(evaluation.MaxGapGrowth),
            string.Join(' ', evaluation.OtherMetrics.Select(static m => m.Name)),
            .. evaluation.Slices,
        ];

        // With its length before it, no text can be read as two others.
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts.Select(static p => p is null ? "-" : $"{p.Length}:{p}")))));
    }

    private static string? Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);
}
