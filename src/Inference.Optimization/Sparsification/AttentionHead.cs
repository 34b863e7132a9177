namespace Inference.Optimization.Sparsification;

/// <summary>A head of an attention, where its attention lies, and its pattern.</summary>
/// <param name="layer">The attention.</param>
/// <param name="head">The head's number.</param>
/// <param name="mass">Where its attention lies; null if it was not measured.</param>
internal sealed class AttentionHead(AttentionLayer layer, int head, AttentionMass? mass)
{
    public AttentionLayer Layer { get; } = layer;

    public int Head { get; } = head;

    public int Tokens { get; } = layer.Tokens;

    /// <summary>The pattern with the fewest keys that holds a share of the attention.</summary>
    public (AttentionPattern Pattern, double Share) Find(double share) => PatternSearch.Find(mass!, Tokens, share);
}
