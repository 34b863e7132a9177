using Inference.Graph;

namespace Inference.Import.Normalization;

/// <summary>Rewrites nodes of old opsets to the newest form while they are imported.</summary>
internal static class OpsetNormalizer
{
    /// <summary>Rewrites one node in place.</summary>
    public static void Normalize(Node node, ModelGraph graph)
    {
    }
}
