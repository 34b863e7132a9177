using System.Globalization;
using System.Runtime.InteropServices;
using Inference.Onnx;

namespace Inference.Benchmarks.Operators;

/// <summary>
/// An input of a case: <c>f[2,3]</c> is a run-time tensor of random elements, <c>f[2,3]{lo..hi}</c> one in a range (upper bound excluded), <c>w:f[2,3]</c> a constant of random elements,
/// <c>i64=1,2</c> a constant vector, <c>f()=0.5</c> a constant scalar, <c>_</c> an omitted input.
/// </summary>
internal sealed record CaseValue(OnnxElementType Type, long[] Dims, bool IsConstant, double[]? Elements, double Low, double High)
{
    private static readonly Dictionary<string, OnnxElementType> s_types = new(StringComparer.Ordinal)
    {
        ["f"] = OnnxElementType.Float32, ["d"] = OnnxElementType.Float64, ["h"] = OnnxElementType.Float16, ["b"] = OnnxElementType.Bool,
        ["i8"] = OnnxElementType.Int8, ["u8"] = OnnxElementType.UInt8, ["i16"] = OnnxElementType.Int16, ["u16"] = OnnxElementType.UInt16,
        ["i32"] = OnnxElementType.Int32, ["u32"] = OnnxElementType.UInt32, ["i64"] = OnnxElementType.Int64, ["u64"] = OnnxElementType.UInt64,
    };

    public static OnnxElementType TypeOf(string name) =>
        s_types.TryGetValue(name, out OnnxElementType type) ? type : throw new FormatException($"Element type '{name}', expected one of {string.Join(", ", s_types.Keys)}.");

    /// <returns>Null for an omitted input.</returns>
    public static CaseValue? Parse(string text)
    {
        if (text == "_")
        {
            return null;
        }

        if (text.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals)
        {
            bool scalar = text[..equals].EndsWith("()", StringComparison.Ordinal);
            double[] elements = [.. text[(equals + 1)..].Split(',').Select(Number)];
            return new(TypeOf(text[..(scalar ? equals - 2 : equals)]), scalar ? [] : [elements.Length], true, elements, 0, 0);
        }

        bool constant = text.StartsWith("w:", StringComparison.Ordinal);
        string rest = constant ? text[2..] : text;
        int open = rest.IndexOf('[', StringComparison.Ordinal), close = rest.IndexOf(']', StringComparison.Ordinal);
        OnnxElementType type = TypeOf(rest[..open]);
        string range = rest[(close + 1)..].Trim('{', '}');
        string[] bounds = range.Split("..");
        (double low, double high) = range.Length > 0 ? (Number(bounds[0]), Number(bounds[1])) : Default(type);
        return new(type, [.. rest[(open + 1)..close].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => long.Parse(d, CultureInfo.InvariantCulture))], constant, null, low, high);
    }

    /// <summary>The elements, little-endian.</summary>
    public byte[] Bytes(int seed)
    {
        var random = new Random(seed);
        var values = new double[Elements?.Length ?? Dims.Aggregate(1L, (a, d) => a * d)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Elements is not null ? Elements[i] : Low + (random.NextDouble() * (High - Low));
        }

        return Type switch
        {
            OnnxElementType.Float32 => Convert<float>(values),
            OnnxElementType.Float64 => Convert<double>(values),
            OnnxElementType.Float16 => Convert<Half>(values),
            OnnxElementType.Bool or OnnxElementType.UInt8 => Convert<byte>(values),
            OnnxElementType.Int8 => Convert<sbyte>(values),
            OnnxElementType.Int16 => Convert<short>(values),
            OnnxElementType.UInt16 => Convert<ushort>(values),
            OnnxElementType.Int32 => Convert<int>(values),
            OnnxElementType.UInt32 => Convert<uint>(values),
            OnnxElementType.UInt64 => Convert<ulong>(values),
            _ => Convert<long>(values),
        };
    }

    private static (double Low, double High) Default(OnnxElementType type) => type switch
    {
        OnnxElementType.Float32 or OnnxElementType.Float64 or OnnxElementType.Float16 => (-1, 1),
        OnnxElementType.Bool => (0, 2),
        OnnxElementType.UInt8 or OnnxElementType.UInt16 or OnnxElementType.UInt32 or OnnxElementType.UInt64 => (0, 256),
        _ => (-128, 128),
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static byte[] Convert<T>(double[] values)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        bool isInteger = T.CreateTruncating(0.5) == T.Zero;
        T[] converted = Array.ConvertAll(values, v => T.CreateTruncating(isInteger ? Math.Floor(v) : v));
        return MemoryMarshal.AsBytes(converted.AsSpan()).ToArray();
    }
}
