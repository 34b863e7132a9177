namespace Inference.Conformance;

/// <summary>Compares values.</summary>
public static class ValueAssert
{
    /// <summary>Fails unless the values are equal in kind, type and shape, and in contents: bit for bit where <paramref name="tolerance"/> is 0, else float32 and float64
    /// within |got − want| ≤ tolerance · (1 + |want|). NaN equals NaN.</summary>
    public static void Equal(IReadOnlyList<ModelValue> want, IReadOnlyList<ModelValue> got, double tolerance, string where)
    {
        ArgumentNullException.ThrowIfNull(want);
        ArgumentNullException.ThrowIfNull(got);
        Assert.Equal(want.Count, got.Count);
        for (int i = 0; i < want.Count; i++)
        {
            Equal(want[i], got[i], tolerance, $"{where}, output {i}");
        }
    }

    /// <summary>Compares two values; see <see cref="Equal(IReadOnlyList{ModelValue}, IReadOnlyList{ModelValue}, double, string)"/>.</summary>
    public static void Equal(ModelValue want, ModelValue got, double tolerance, string where)
    {
        ArgumentNullException.ThrowIfNull(want);
        ArgumentNullException.ThrowIfNull(got);
        Assert.True(want.Kind == got.Kind, $"{where}: expected a {want.Kind}, got a {got.Kind}.");
        switch (want)
        {
            case TensorValue tensor:
                TensorsEqual(tensor, (TensorValue)got, tolerance, where);
                break;
            case SequenceValue sequence:
                Equal(sequence.Items, ((SequenceValue)got).Items, tolerance, where);
                break;
            case MapValue map:
                TensorsEqual(map.Keys, ((MapValue)got).Keys, tolerance, $"{where}, keys");
                TensorsEqual(map.Values, ((MapValue)got).Values, tolerance, $"{where}, values");
                break;
            case OptionalValue optional:
                Assert.Equal(optional.HasValue, ((OptionalValue)got).HasValue);
                if (optional.HasValue)
                {
                    Equal(optional.Value!, ((OptionalValue)got).Value!, tolerance, where);
                }

                break;
        }
    }

    private static void TensorsEqual(TensorValue want, TensorValue got, double tolerance, string where)
    {
        Assert.True(want.ToString() == got.ToString(), $"{where}: expected {want}, got {got}.");
        switch (want.ElementType)
        {
            case ElementType.String:
                Assert.Equal(want.AsSpan<string>().ToArray(), got.AsSpan<string>().ToArray());
                break;
            case ElementType.Float32 when tolerance > 0:
                Close(want.AsSpan<float>().ToArray().Select(static x => (double)x), got.AsSpan<float>().ToArray().Select(static x => (double)x), tolerance, where);
                break;
            case ElementType.Float64 when tolerance > 0:
                Close(want.AsSpan<double>().ToArray(), got.AsSpan<double>().ToArray(), tolerance, where);
                break;
            default:
                Assert.True(want.AsBytes().SequenceEqual(got.AsBytes()), $"{where}: expected equal bytes, the first difference is at byte {want.AsBytes().CommonPrefixLength(got.AsBytes())} of {want.ByteCount}.");
                break;
        }
    }

    private static void Close(IEnumerable<double> want, IEnumerable<double> got, double tolerance, string where)
    {
        int index = 0;
        foreach ((double wanted, double gotten) in want.Zip(got))
        {
            bool equal = wanted.Equals(gotten) || Math.Abs(gotten - wanted) <= tolerance * (1 + Math.Abs(wanted));
            Assert.True(equal, $"{where}, element {index}: expected {wanted}, got {gotten}, tolerance {tolerance}.");
            index++;
        }
    }
}
