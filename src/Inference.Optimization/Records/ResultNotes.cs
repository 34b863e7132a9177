using System.Globalization;
using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Records;

/// <summary>What a user must know of a new model beside its figures: that it is slower or larger than its source.</summary>
internal static class ResultNotes
{
    // Two measurements of one model differ by as much.
    public const double SameTime = 1.02;

    // The table of layers has all.
    private const int MostNames = 4;

    /// <param name="source">The source model.</param>
    /// <param name="model">The new model.</param>
    /// <param name="before">The source's time, microseconds; 0 if it was not measured.</param>
    /// <param name="after">The new model's time, microseconds.</param>
    public static string[] Of(OnnxModel source, OnnxModel model, double before, double after) => [.. new[] { Slower(before, after), Larger(source, model) }.Where(static n => n.Length > 0)];

    /// <summary>The note that a model is slower; empty if it is not, or was not measured.</summary>
    public static string Slower(double before, double after) =>
        before > 0 && after > before * SameTime ? Text($"slower than the source: {before:F1} → {after:F1} µs (speedup {before / after:F2})") : "";

    /// <summary>The note that a model is larger; empty if it is not.</summary>
    public static string Larger(OnnxModel source, OnnxModel model)
    {
        (long before, long after) = ModelSize.Compare(source, model);
        return after > before ? Text($"larger than the source: {before:N0} → {after:N0} bytes") : "";
    }

    /// <summary>The note that names the layers that stay in float, with the reasons; none if all are quantized, or nothing is.</summary>
    public static string[] Float(IReadOnlyList<LayerDecision> layers)
    {
        LayerDecision[] kept = [.. layers.Where(static l => l.Action == "float")];
        int quantized = layers.Count(static l => l.Action.StartsWith("int", StringComparison.Ordinal));
        if (kept.Length == 0 || quantized == 0)
        {
            return [];
        }

        IEnumerable<string> reasons = kept.GroupBy(static l => l.Reason).Select(static g => $"{string.Join(", ", g.Take(MostNames).Select(static l => $"'{l.Name}' ({l.Operator})"))}{(g.Count() > MostNames ? $" and {g.Count() - MostNames} more" : "")}: {g.Key}");
        return [$"{kept.Length} of {kept.Length + quantized} layers stay in float: {string.Join("; ", reasons)}"];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
