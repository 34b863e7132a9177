using System.Buffers;

namespace Inference.Remote.Wire;

/// <summary>Makes tensors of the data of an answer, which are not trusted.</summary>
internal static class OutputTensor
{
    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="ModelRunException">A dimension is negative, or the product overflows or exceeds what can be sent.</exception>
    public static int Count(string name, ReadOnlySpan<long> shape)
    {
        long count = 1;
        bool empty = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
            {
                throw Wrong(name, shape, "a negative dimension");
            }

            empty |= dimension == 0;
        }

        foreach (long dimension in shape)
        {
            if (!empty && dimension > int.MaxValue / count)
            {
                throw Wrong(name, shape, "too many elements");
            }

            count *= empty ? 1 : dimension;
        }

        return empty ? 0 : (int)count;
    }

    /// <summary>A tensor of binary data.</summary>
    /// <exception cref="ModelRunException">The data do not fit the shape.</exception>
    public static TensorValue FromBytes(string name, ElementType type, ReadOnlySpan<long> shape, in ReadOnlySequence<byte> data)
    {
        int count = Count(name, shape);
        if (type == ElementType.String)
        {
            // Each string takes its length at least, which bounds the number of them.
            if (count > data.Length / sizeof(uint))
            {
                throw Wrong(name, shape, $"{data.Length} bytes of text");
            }

            TensorValue texts = TensorValue.Allocate(type, shape);
            WireStrings.Read(name, data.IsSingleSegment ? data.FirstSpan : data.ToArray(), texts.AsWritableSpan<string>());
            return texts;
        }

        if (type.ByteCount(count) != data.Length)
        {
            throw Wrong(name, shape, $"{data.Length} bytes of {type.Name()}, where the shape takes {type.ByteCount(count)}");
        }

        TensorValue tensor = TensorValue.Allocate(type, shape);
        data.CopyTo(tensor.AsWritableBytes());
        if (type == ElementType.Bool && tensor.AsBytes().ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            tensor.Dispose();
            throw Wrong(name, shape, "bytes other than 0 and 1 as BOOL");
        }

        return tensor;
    }

    /// <summary>An answer that is not valid.</summary>
    public static ModelRunException Wrong(string name, ReadOnlySpan<long> shape, string got) =>
        new($"Output '{name}': expected data of shape [{string.Join(",", shape.ToArray())}], got {got} from the server.");
}
