namespace Inference.Evaluation.Reading;

/// <summary>Converts the elements of a tensor to doubles.</summary>
internal static class TensorNumbers
{
    /// <exception cref="EvaluationException">The elements are neither numbers nor bools.</exception>
    public static double[] Of(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Convert<float>(tensor, static v => v),
        ElementType.Float64 => tensor.AsSpan<double>().ToArray(),
        ElementType.Float16 => Convert<Half>(tensor, static v => (double)v),
        ElementType.BFloat16 => Convert<BFloat16>(tensor, static v => (float)v),
        ElementType.Int8 => Convert<sbyte>(tensor, static v => v),
        ElementType.Int16 => Convert<short>(tensor, static v => v),
        ElementType.Int32 => Convert<int>(tensor, static v => v),
        ElementType.Int64 => Convert<long>(tensor, static v => v),
        ElementType.UInt8 => Convert<byte>(tensor, static v => v),
        ElementType.UInt16 => Convert<ushort>(tensor, static v => v),
        ElementType.UInt32 => Convert<uint>(tensor, static v => v),
        ElementType.UInt64 => Convert<ulong>(tensor, static v => v),
        ElementType.Bool => Convert<bool>(tensor, static v => v ? 1 : 0),
        _ => throw new EvaluationException($"Expected numbers, got {tensor}. Name another output."),
    };

    private static double[] Convert<T>(TensorValue tensor, Func<T, double> convert)
    {
        ReadOnlySpan<T> from = tensor.AsSpan<T>();
        var to = new double[from.Length];
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }

        return to;
    }
}
