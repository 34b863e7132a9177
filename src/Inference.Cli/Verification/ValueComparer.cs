using System.Globalization;
using System.Numerics;

namespace Inference.Cli.Verification;

/// <summary>Compares values with a tolerance.</summary>
internal static class ValueComparer
{
    /// <summary>Null when equal within the tolerance; otherwise the first difference.</summary>
    public static string? Difference(ModelValue got, ModelValue want, Tolerance tolerance)
    {
        if (want is OptionalValue wantOptional && got is not OptionalValue)
        {
            return wantOptional.Value is null ? $"expected no value, got a {got.Kind}" : Difference(got, wantOptional.Value, tolerance);
        }

        if (got is OptionalValue gotOptional && want is not OptionalValue)
        {
            return gotOptional.Value is null ? "expected a value, got none" : Difference(gotOptional.Value, want, tolerance);
        }

        switch (want, got)
        {
            case (TensorValue w, TensorValue g):
                return Difference(g, w, tolerance);
            case (SequenceValue w, SequenceValue g):
                return w.Count != g.Count ? $"expected {w.Count} items, got {g.Count}"
                    : Enumerable.Range(0, w.Count).Select(i => Difference(g[i], w[i], tolerance) is { } d ? $"item {i}: {d}" : null).FirstOrDefault(d => d is not null);
            case (OptionalValue w, OptionalValue g):
                return w.HasValue != g.HasValue ? $"expected {(w.HasValue ? "a value" : "no value")}" : w.HasValue ? Difference(g.Value!, w.Value!, tolerance) : null;
            case (MapValue w, MapValue g):
                return MapDifference(g, w, tolerance);
            default:
                return $"expected a {want.Kind}, got a {got.Kind}";
        }
    }

    // A map has no order: values are compared key by key.
    private static string? MapDifference(MapValue got, MapValue want, Tolerance tolerance)
    {
        if (got.Keys.ElementType != want.Keys.ElementType || got.Values.ElementType != want.Values.ElementType)
        {
            return $"expected a map from {want.Keys.ElementType.Name()} to {want.Values.ElementType.Name()}, got one from {got.Keys.ElementType.Name()} to {got.Values.ElementType.Name()}";
        }

        object[] gotKeys = Keys(got.Keys);
        object[] wantKeys = Keys(want.Keys);
        var places = new Dictionary<object, int>();
        for (int i = 0; i < gotKeys.Length; i++)
        {
            if (!places.TryAdd(gotKeys[i], i))
            {
                return $"expected each key once, got '{gotKeys[i]}' twice";
            }
        }

        if (places.Count != wantKeys.Length)
        {
            return $"expected {wantKeys.Length} keys, got {places.Count}";
        }

        foreach (object key in wantKeys)
        {
            if (!places.ContainsKey(key))
            {
                return $"expected the key '{key}', got none";
            }
        }

        int[] order = [.. wantKeys.Select(key => places[key])];
        if (want.Values.ElementType == ElementType.String)
        {
            string[] texts = got.Values.AsSpan<string>().ToArray();
            for (int i = 0; i < order.Length; i++)
            {
                string wanted = want.Values.AsSpan<string>()[i];
                if (!string.Equals(texts[order[i]], wanted, StringComparison.Ordinal))
                {
                    return $"key '{wantKeys[i]}': expected '{wanted}', got '{texts[order[i]]}'";
                }
            }

            return null;
        }

        double[] numbers = Numbers(got.Values);
        return Compare([.. order.Select(i => numbers[i])], Numbers(want.Values), IsFloating(got.Values.ElementType) ? tolerance : tolerance with { Relative = 0 });
    }

    private static object[] Keys(TensorValue keys) => keys.ElementType switch
    {
        ElementType.String => [.. keys.AsSpan<string>().ToArray()],
        ElementType.Int64 => [.. keys.AsSpan<long>().ToArray().Cast<object>()],
        ElementType.UInt64 => [.. keys.AsSpan<ulong>().ToArray().Cast<object>()],
        _ => [.. Numbers(keys).Cast<object>()],
    };

    private static string? Difference(TensorValue got, TensorValue want, Tolerance tolerance)
    {
        if (got.ElementType != want.ElementType)
        {
            return $"expected {want.ElementType.Name()}, got {got.ElementType.Name()}";
        }

        if (!got.Shape.SequenceEqual(want.Shape))
        {
            return $"expected shape {TensorShape.Format(want.Shape)}, got {TensorShape.Format(got.Shape)}";
        }

        if (got.ElementType == ElementType.String)
        {
            ReadOnlySpan<string> g = got.AsSpan<string>();
            ReadOnlySpan<string> w = want.AsSpan<string>();
            for (int i = 0; i < w.Length; i++)
            {
                if (!string.Equals(g[i], w[i], StringComparison.Ordinal))
                {
                    return $"element {i}: expected '{w[i]}', got '{g[i]}'";
                }
            }

            return null;
        }

        return Compare(Numbers(got), Numbers(want), IsFloating(got.ElementType) ? tolerance : tolerance with { Relative = 0 });
    }

    private static string? Compare(double[] got, double[] want, Tolerance tolerance)
    {
        double errorSquares = 0;
        double wantSquares = 0;
        int worst = -1;
        double worstExcess = 0;
        for (int i = 0; i < want.Length; i++)
        {
            if (got[i].Equals(want[i]) || got[i] == want[i])
            {
                wantSquares += double.IsFinite(want[i]) ? want[i] * want[i] : 0;
                continue;
            }

            double error = Math.Abs(got[i] - want[i]);
            double excess = error - (tolerance.Absolute + tolerance.Relative * Math.Abs(want[i]));
            if (!double.IsFinite(got[i]) || !double.IsFinite(want[i]))
            {
                return $"element {i}: expected {Text(want[i])}, got {Text(got[i])}";
            }

            if (excess > worstExcess)
            {
                worst = i;
                worstExcess = excess;
            }

            errorSquares += error * error;
            wantSquares += want[i] * want[i];
        }

        if (worst >= 0)
        {
            return $"element {worst}: expected {Text(want[worst])}, got {Text(got[worst])} (atol {Text(tolerance.Absolute)}, rtol {Text(tolerance.Relative)})";
        }

        if (tolerance.Rms is { } rms && Math.Sqrt(errorSquares) > rms * Math.Sqrt(wantSquares))
        {
            return $"rms of the error is {Text(Math.Sqrt(errorSquares / Math.Max(wantSquares, double.Epsilon)))} of the rms of the values, expected at most {Text(rms)}";
        }

        return null;
    }

    private static string Text(double value) => value.ToString("G7", CultureInfo.InvariantCulture);

    private static bool IsFloating(ElementType type) => type is not (ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 or ElementType.UInt8
        or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 or ElementType.Bool or ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2);

    public static double[] Numbers(TensorValue tensor)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32: return Convert<float>(tensor, v => v);
            case ElementType.Float64: return tensor.AsSpan<double>().ToArray();
            case ElementType.Float16: return Convert<Half>(tensor, v => (double)v);
            case ElementType.BFloat16: return Convert<BFloat16>(tensor, v => (float)v);
            case ElementType.Int64: return Convert<long>(tensor, v => v);
            case ElementType.UInt64: return Convert<ulong>(tensor, v => v);
            case ElementType.Int32: return Convert<int>(tensor, v => v);
            case ElementType.UInt32: return Convert<uint>(tensor, v => v);
            case ElementType.Int16: return Convert<short>(tensor, v => v);
            case ElementType.UInt16: return Convert<ushort>(tensor, v => v);
            case ElementType.Int8: return Convert<sbyte>(tensor, v => v);
            case ElementType.UInt8: return Convert<byte>(tensor, v => v);
            case ElementType.Bool: return Convert<bool>(tensor, v => v ? 1 : 0);
            case ElementType.Float8E4M3FN: return Convert<Float8E4M3FN>(tensor, v => (float)v);
            case ElementType.Float8E4M3FNUZ: return Convert<Float8E4M3FNUZ>(tensor, v => (float)v);
            case ElementType.Float8E5M2: return Convert<Float8E5M2>(tensor, v => (float)v);
            case ElementType.Float8E5M2FNUZ: return Convert<Float8E5M2FNUZ>(tensor, v => (float)v);
            case ElementType.Float8E8M0: return Convert<Float8E8M0>(tensor, v => (float)v);
            case ElementType.Complex64:
                return [.. tensor.AsSpan<Complex64>().ToArray().SelectMany(c => new double[] { c.Real, c.Imaginary })];
            case ElementType.Complex128:
                return [.. tensor.AsSpan<Complex>().ToArray().SelectMany(c => new[] { c.Real, c.Imaginary })];
            default:
                var packed = new double[tensor.ElementCount];
                for (int i = 0; i < packed.Length; i++)
                {
                    packed[i] = PackedElements.GetSingle(tensor.ElementType, tensor.PackedBytes, i);
                }

                return packed;
        }
    }

    private static double[] Convert<T>(TensorValue tensor, Func<T, double> convert)
    {
        ReadOnlySpan<T> span = tensor.AsSpan<T>();
        var result = new double[span.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = convert(span[i]);
        }

        return result;
    }
}
