namespace Inference.Lying.Lies;

/// <summary>Tensors of other shapes than the sound ones.</summary>
internal static class Reshaped
{
    private const long MaxElements = 1 << 16;

    /// <summary>A shape near a sound one: an axis shorter, longer, empty or 1, axes swapped, dropped or added.</summary>
    public static (long[] Dims, string What) Shape(ReadOnlySpan<long> sound, Random random)
    {
        long[] dims = sound.ToArray();
        int axis = dims.Length == 0 ? 0 : random.Next(dims.Length);
        switch (random.Next(dims.Length == 0 ? 8 : 0, 11))
        {
            case 0 or 1:
                dims[axis] = Math.Max(0, dims[axis] - random.Next(1, 3));
                return (dims, "shorter");
            case 2:
                dims[axis] = 1;
                return (dims, "one");
            case 3 or 4:
                dims[axis] += random.Next(1, 4);
                return (dims, "longer");
            case 5:
                dims[axis] = 0;
                return (dims, "empty");
            case 6:
                int other = random.Next(dims.Length);
                (dims[axis], dims[other]) = (dims[other], dims[axis]);
                return (dims, "swapped");
            case 7:
                return ([.. dims[..axis], .. dims[(axis + 1)..]], "rank less");
            case 8:
                return ([.. Enumerable.Repeat(1L, random.Next(1, 4)), .. dims], "rank more");
            case 9:
                return ([.. dims, 1], "axis after");
            default:
                return random.Next(2) == 0 ? ([dims.Aggregate(1L, (p, d) => p * d)], "flat") : ([], "scalar");
        }
    }

    /// <summary>A tensor of another shape, its elements those of the sound one again and again; null where it would be too large.</summary>
    public static TensorValue? Make(TensorValue sound, long[] dims, ElementType type)
    {
        long count = dims.Aggregate(1L, (p, d) => p * d);
        if (count > MaxElements)
        {
            return null;
        }

        TensorValue made = TensorValue.Allocate(type, dims);
        if (type == ElementType.String)
        {
            Span<string> target = made.AsWritableSpan<string>();
            ReadOnlySpan<string> source = sound.ElementType == ElementType.String ? sound.AsSpan<string>() : default;
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = source.Length == 0 ? "a" : source[i % source.Length];
            }

            return made;
        }

        Span<byte> bytes = made.AsWritableBytes();
        bytes.Clear();
        ReadOnlySpan<byte> from = sound.ElementType == ElementType.String ? default : sound.AsBytes();
        for (int at = 0; at < bytes.Length && from.Length > 0; at += from.Length)
        {
            from[..Math.Min(from.Length, bytes.Length - at)].CopyTo(bytes[at..]);
        }

        if (type == ElementType.Bool)
        {
            foreach (ref byte value in bytes)
            {
                value &= 1;
            }
        }

        return made;
    }
}
