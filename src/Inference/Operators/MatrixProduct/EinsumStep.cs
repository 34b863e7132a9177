using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>A step of an einsum; what it does is in its kind, and which of the members it uses.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="A">First operand.</param>
/// <param name="Target">Where the result goes.</param>
internal sealed record EinsumStep(EinsumStepKind Kind, EinsumValue A, EinsumValue Target)
{
    /// <summary>Second operand of products.</summary>
    public EinsumValue B { get; init; } = A;

    /// <summary>The target's sizes of a copy.</summary>
    public long[] Sizes { get; init; } = [];

    /// <summary>A's strides for them.</summary>
    public long[] Strides { get; init; } = [];

    /// <summary>Which of A's dimensions each of the target's is; null for a diagonal.</summary>
    public int[]? Permutation { get; init; }

    /// <summary>Of a sum: sizes before, of and behind the summed labels.</summary>
    public (long Before, long Summed, long Behind) Parts { get; init; }

    /// <summary>The loop around: offsets of A, B and target, or of A and B where the target is contiguous.</summary>
    public StridedLoop Loop { get; init; }

    /// <summary>Of a matrix product and of dots (K).</summary>
    public long M { get; init; }

    public long N { get; init; }

    public long K { get; init; }

    public EinsumMatrix MatrixA { get; init; }

    public EinsumMatrix MatrixB { get; init; }

    /// <summary>Elements between rows of the target.</summary>
    public long TargetStride { get; init; }
}
