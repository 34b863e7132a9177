using Inference.Data;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;

namespace Inference.Optimization.Quantization;

/// <summary>The second moments of what layers read, which tell what an error of a weight costs.</summary>
internal static class InputMoments
{
    // The moments take 8 bytes for each pair of channels, rounding takes the cube of them.
    private const int WidestReduction = 4096;
    private const long MostElements = 1L << 26;

    // From there on, errors are estimated to a few percent.
    private const int SamplesPerChannel = 4;
    private const int LeastSamples = 1024;

    /// <returns>E[x·xᵀ] by the name of the value that layers read; without those that are too wide, or more than memory should hold.</returns>
    public static async Task<Dictionary<string, GramMatrix>> RunAsync(
        OptimizationContext context, GraphEditor editor, IEnumerable<LinearLayer> layers, IDataSource data, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, bool>(StringComparer.Ordinal);
        long elements = 0;
        foreach (LinearLayer layer in layers.Where(static l => !l.IsConv && l.Reduction <= WidestReduction).DistinctBy(static l => l.Input))
        {
            elements += (long)layer.Reduction * layer.Reduction;
            if (elements <= MostElements)
            {
                values[layer.Input] = true;
            }
        }

        return values.Count == 0
            ? []
            : await GramPass.RunAsync(
                context, editor.Model, values, data, "moments", cancellationToken, static channels => Math.Max(LeastSamples, SamplesPerChannel * channels)).ConfigureAwait(false);
    }
}
