namespace Inference.Placement;

/// <summary>The parts of a model that other providers run.</summary>
internal sealed class PlacedModel(IReadOnlyList<CompiledCall> calls, PlacementReport report) : IDisposable
{
    public PlacementReport Report => report;

    /// <summary>The operator of a replaced part; null for other nodes.</summary>
    public Operator? Resolve(Node node) => node.Domain == ModelPlacer.Domain ? calls[(int)node.Attributes.Int("index")] : null;

    public void Dispose()
    {
        foreach (CompiledCall call in calls)
        {
            call.Dispose();
        }
    }
}
