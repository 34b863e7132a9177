namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Compares tensors.</summary>
internal static class TensorAssert
{
    /// <summary>Fails unless types and shapes are equal and |got − want| ≤ atol + rtol · |want| everywhere; NaN equals NaN.</summary>
    public static void Close(TensorValue want, TensorValue got, double rtol, double atol, string where)
    {
        Assert.Equal(want.ToString(), got.ToString());
        if (want.ElementType == ElementType.String)
        {
            Assert.Equal(want.AsSpan<string>().ToArray(), got.AsSpan<string>().ToArray());
            return;
        }

        double[] wanted = Doubles(want);
        double[] gotten = Doubles(got);
        for (int i = 0; i < wanted.Length; i++)
        {
            bool equal = wanted[i].Equals(gotten[i]) || Math.Abs(wanted[i] - gotten[i]) <= atol + (rtol * Math.Abs(wanted[i]));
            Assert.True(equal, $"{where}[{i}]: expected {wanted[i]}, got {gotten[i]} (rtol {rtol}, atol {atol}).");
        }
    }

    /// <summary>The elements as doubles; packed types and others compare by their bytes.</summary>
    public static double[] Doubles(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Map<float>(tensor, static x => x),
        ElementType.Float64 => Map<double>(tensor, static x => x),
        ElementType.Float16 => Map<Half>(tensor, static x => (double)x),
        ElementType.BFloat16 => Map<BFloat16>(tensor, static x => (float)x),
        ElementType.Int64 => Map<long>(tensor, static x => x),
        ElementType.UInt64 => Map<ulong>(tensor, static x => x),
        ElementType.Int32 => Map<int>(tensor, static x => x),
        ElementType.UInt32 => Map<uint>(tensor, static x => x),
        ElementType.Int16 => Map<short>(tensor, static x => x),
        ElementType.UInt16 => Map<ushort>(tensor, static x => x),
        ElementType.Int8 => Map<sbyte>(tensor, static x => x),
        ElementType.UInt8 => Map<byte>(tensor, static x => x),
        ElementType.Bool => Map<bool>(tensor, static x => x ? 1 : 0),
        ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2 => Parts(tensor, tensor.ElementType.BitWidth()),
        _ => [.. tensor.AsBytes().ToArray().Select(static x => (double)x)],
    };

    // The bits of each element; what follows the last one in its byte is none of the tensor's.
    private static double[] Parts(TensorValue tensor, int bits)
    {
        byte[] bytes = tensor.AsBytes().ToArray();
        bool signed = tensor.ElementType is ElementType.Int4 or ElementType.Int2;
        int Part(int i) => (bytes[i * bits / 8] >> (i * bits % 8)) & ((1 << bits) - 1);
        return [.. Enumerable.Range(0, (int)tensor.ElementCount).Select(Part).Select(x => (double)(signed && x >> (bits - 1) != 0 ? x - (1 << bits) : x))];
    }

    private static double[] Map<T>(TensorValue tensor, Func<T, double> convert) => Array.ConvertAll(tensor.AsSpan<T>().ToArray(), new Converter<T, double>(convert));
}
