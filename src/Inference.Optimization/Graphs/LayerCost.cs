namespace Inference.Optimization.Graphs;

/// <summary>Multiply-adds of layers for one row.</summary>
internal static class LayerCost
{
    /// <summary>Output positions for one row: pixels of a Conv, leading elements of a MatMul.</summary>
    public static long Positions(LinearLayer layer, long[] outputShape, long rows)
    {
        long elements = 1;
        foreach (long dimension in outputShape)
        {
            elements *= dimension;
        }

        return Math.Max(1, elements / layer.Outputs / Math.Max(1, rows));
    }

    public static long Macs(LinearLayer layer, long positions) => positions * layer.Outputs * layer.Reduction;
}
