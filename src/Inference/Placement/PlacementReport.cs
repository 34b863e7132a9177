namespace Inference.Placement;

/// <summary>Where each part of a model runs, and which providers failed on the way.</summary>
internal sealed record PlacementReport(IReadOnlyList<PlacementPart> Parts, IReadOnlyList<string> Failures)
{
    /// <summary>One line, such as <c>onnxruntime: 12 nodes in 2 parts; cpu: 3 nodes</c>.</summary>
    public string Summary => string.Join("; ", Parts.GroupBy(p => p.Provider).Select(g =>
        $"{g.Key}: {Count(g.Sum(p => p.Nodes), "node")}{(g.Key == "cpu" ? "" : $" in {Count(g.Count(), "part")}")}"));

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
