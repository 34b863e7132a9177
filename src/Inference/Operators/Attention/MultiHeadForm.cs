namespace Inference.Operators.Attention;

/// <summary>Where the inputs of attention on projected heads stand. Query, key and value are inputs 0 to 2.</summary>
/// <param name="Bias">The bias of the projections.</param>
/// <param name="Mask">The key padding mask.</param>
/// <param name="Addend">What is added to the scores.</param>
/// <param name="Past">The past keys; past values follow.</param>
/// <param name="PastLength">How many rows of the past are filled.</param>
/// <param name="BeamWidth">How many rows of the batch are beams of one sequence; beyond the last input where the indirection's shape says it.</param>
/// <param name="IsStep">Whether a query has one position, and a flat query without keys holds keys and values behind it.</param>
internal sealed record MultiHeadForm(int Bias, int Mask, int Addend, int Past, int PastLength, int BeamWidth, bool IsStep)
{
    /// <summary>The input that says which beam each past position came from.</summary>
    public const int Indirection = 9;

    /// <summary>MultiHeadAttention.</summary>
    public static MultiHeadForm Plain { get; } = new(3, 4, 5, 6, 8, int.MaxValue, IsStep: false);

    /// <summary>DecoderMaskedMultiHeadAttention.</summary>
    public static MultiHeadForm Step { get; } = new(10, 3, 4, 5, 7, 8, IsStep: true);
}
