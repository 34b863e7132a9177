namespace Inference.Versioning.Loading;

/// <summary>Compares two values: |got − want| ≤ a + r · |want| for floating-point elements, NaN equal to NaN, everything else exactly.</summary>
internal static class ValueDifference
{
    /// <summary>The first difference as text, or null if the values agree; also the largest absolute difference of floating-point elements.</summary>
    public static string? Find(ModelValue got, ModelValue want, double relative, double absolute, out double largest)
    {
        largest = 0;
        switch (got, want)
        {
            case (TensorValue g, TensorValue w):
                return Tensors(g, w, relative, absolute, out largest);
            case (SequenceValue g, SequenceValue w):
                return Sequences(g, w, relative, absolute, out largest);
            case (MapValue g, MapValue w):
                return Maps(g, w, relative, absolute, out largest);
            case (OptionalValue { Value: { } g }, OptionalValue { Value: { } w }):
                return Find(g, w, relative, absolute, out largest);
            case (OptionalValue g, OptionalValue w) when g.HasValue == w.HasValue:
                return null;
            default:
                return $"expected a value of kind {want.Kind}, got {got.Kind}";
        }
    }

    /// <summary>The elements of a tensor that is compared within tolerances; null for one that is compared exactly.</summary>
    public static double[]? ToDoubles(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Convert(tensor.AsSpan<float>(), static v => v),
        ElementType.Float64 => tensor.AsSpan<double>().ToArray(),
        ElementType.Float16 => Convert(tensor.AsSpan<Half>(), static v => (double)v),
        ElementType.BFloat16 => Convert(tensor.AsSpan<BFloat16>(), static v => (float)v),
        _ => null,
    };

    private static double[] Convert<T>(ReadOnlySpan<T> values, Func<T, double> read)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = read(values[i]);
        }

        return result;
    }

    private static string? Tensors(TensorValue got, TensorValue want, double relative, double absolute, out double largest)
    {
        largest = 0;
        if (got.ElementType != want.ElementType || !got.Shape.SequenceEqual(want.Shape))
        {
            return $"expected {want}, got {got}";
        }

        switch (want.ElementType)
        {
            case ElementType.Float32:
                return Floats(got.AsSpan<float>(), want.AsSpan<float>(), static v => v, relative, absolute, out largest);
            case ElementType.Float64:
                return Floats(got.AsSpan<double>(), want.AsSpan<double>(), static v => v, relative, absolute, out largest);
            case ElementType.Float16:
                return Floats(got.AsSpan<Half>(), want.AsSpan<Half>(), static v => (double)v, relative, absolute, out largest);
            case ElementType.BFloat16:
                return Floats(got.AsSpan<BFloat16>(), want.AsSpan<BFloat16>(), static v => (float)v, relative, absolute, out largest);
            case ElementType.String:
                int text = FirstDifference(got.AsSpan<string>(), want.AsSpan<string>());
                return text < 0 ? null : $"element {text}: expected \"{want.AsSpan<string>()[text]}\", got \"{got.AsSpan<string>()[text]}\"";
            default:
                int place = FirstDifference(got.AsBytes(), want.AsBytes());
                return place < 0 ? null : $"{want.ElementType.Name()} elements differ from byte {place} on: expected {want.AsBytes()[place]}, got {got.AsBytes()[place]}";
        }
    }

    private static string? Floats<T>(ReadOnlySpan<T> got, ReadOnlySpan<T> want, Func<T, double> read, double relative, double absolute, out double largest)
    {
        largest = 0;
        string? first = null;
        for (int i = 0; i < want.Length; i++)
        {
            double g = read(got[i]);
            double w = read(want[i]);
            if (g.Equals(w) || g == w)
            {
                continue;
            }

            double difference = Math.Abs(g - w);
            bool finite = double.IsFinite(difference);
            largest = Math.Max(largest, finite ? difference : double.PositiveInfinity);
            if (first is null && !(finite && difference <= absolute + relative * Math.Abs(w)))
            {
                first = $"element {i}: expected {w:R} ± {absolute + relative * Math.Abs(w):G3}, got {g:R}";
            }
        }

        return first;
    }

    private static string? Sequences(SequenceValue got, SequenceValue want, double relative, double absolute, out double largest)
    {
        largest = 0;
        if (got.Count != want.Count)
        {
            return $"expected a sequence of {want.Count} values, got {got.Count}";
        }

        string? first = null;
        for (int i = 0; i < want.Count; i++)
        {
            string? difference = Find(got[i], want[i], relative, absolute, out double here);
            largest = Math.Max(largest, here);
            first ??= difference is null ? null : $"item {i}: {difference}";
        }

        return first;
    }

    private static string? Maps(MapValue got, MapValue want, double relative, double absolute, out double largest)
    {
        string? keys = Find(got.Keys, want.Keys, 0, 0, out largest);
        return keys is not null ? $"keys: {keys}" : Find(got.Values, want.Values, relative, absolute, out largest);
    }

    private static int FirstDifference<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : IEquatable<T>
    {
        int common = left.CommonPrefixLength(right);
        return common == left.Length && common == right.Length ? -1 : common;
    }
}
