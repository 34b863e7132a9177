namespace Inference.Data.Tables;

/// <summary>Where the rows of one column go in the tensor of a field.</summary>
/// <param name="Target">The field's tensor.</param>
/// <param name="Stride">Elements of a row there.</param>
/// <param name="Offset">Where the column's elements start in a row.</param>
/// <param name="Width">The column's elements in a row.</param>
/// <param name="Rows">Rows.</param>
internal readonly record struct FieldPart(TensorValue Target, int Stride, int Offset, int Width, int Rows)
{
    /// <summary>Copies texts; the first row that has none where each must, else −1.</summary>
    public int Copy(ReadOnlySpan<string> source, bool required)
    {
        Span<string> target = Target.AsWritableSpan<string>();
        for (int row = 0; row < Rows; row++)
        {
            if (required && source.Slice(row * Width, Width).ContainsAny(null!, ""))
            {
                return row;
            }

            source.Slice(row * Width, Width).CopyTo(target[((row * Stride) + Offset)..]);
        }

        return -1;
    }

    /// <summary>Copies elements of the same type.</summary>
    public int CopyBytes(TensorValue source)
    {
        int size = Math.Max(1, source.ElementType.BitWidth() / 8);
        ReadOnlySpan<byte> from = source.AsBytes();
        Span<byte> to = Target.AsWritableBytes();
        for (int row = 0; row < Rows; row++)
        {
            from.Slice(row * Width * size, Width * size).CopyTo(to[(((row * Stride) + Offset) * size)..]);
        }

        return -1;
    }
}
