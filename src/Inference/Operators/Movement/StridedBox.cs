namespace Inference.Operators.Movement;

/// <summary>A box of elements and how source and target step along its axes; neighbours that step alike are joined.</summary>
internal readonly ref struct StridedBox(ReadOnlySpan<long> dims, ReadOnlySpan<long> source, ReadOnlySpan<long> target)
{
    public ReadOnlySpan<long> Dims { get; } = dims;

    public ReadOnlySpan<long> Source { get; } = source;

    public ReadOnlySpan<long> Target { get; } = target;

    public int Rank => Dims.Length;

    /// <summary>Whether the target is contiguous from an axis on.</summary>
    public bool IsDense(int axis)
    {
        for (int i = axis; i < Rank - 1; i++)
        {
            if (Target[i] != Dims[i + 1] * Target[i + 1])
            {
                return false;
            }
        }

        return Target[Rank - 1] == 1;
    }
}
