using Inference.Conformance.Models;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Draws shapes, tensors and attributes; all of a case follows from its seed, its size and the number of its draw.</summary>
/// <param name="seed">The seed of shapes and values.</param>
/// <param name="size">How large dimensions may be.</param>
/// <param name="draw">The number of the draw: which row of its covering arrays the case takes.</param>
internal sealed class CaseRandom(int seed, int size, int draw = 0)
{
    private readonly Random _random = new(seed);
    private readonly List<OptionRow> _rows = [];

    /// <summary>How large dimensions may be; FsCheck shrinks it.</summary>
    public int Size { get; } = Math.Clamp(size, 1, 40);

    /// <summary>Whether the draw was made before, larger.</summary>
    public bool IsAgain { get; init; }

    /// <summary>The version of the operator that cases shall have where they draw one; null for any.</summary>
    public long? Version { get; init; }

    /// <summary>The rows that were taken.</summary>
    public IReadOnlyList<OptionRow> Rows => _rows;

    /// <summary>The options of this draw: attributes, types and forms go through every pair, shapes and values are drawn.</summary>
    public OptionRow Row(OptionSpace space)
    {
        _rows.Add(Version is { } version ? space.Row(draw, "version", version) : space.Row(draw));
        return _rows[^1];
    }

    public int Int(int from, int through) => _random.Next(from, through + 1);

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public float Single(float from, float to) => from + ((to - from) * _random.NextSingle());

    public T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    public int Next() => _random.Next();

    /// <summary>A dimension: mostly small, rarely 0, at times beyond a vector's width.</summary>
    public long Dim() => Chance(0.04) ? 0 : Chance(0.2) ? Int(1, Size * 2) : Int(1, 1 + Math.Min(Size, 6));

    /// <summary>A dimension of at least 1.</summary>
    public long Positive() => Math.Max(1, Dim());

    public long[] Shape(int minRank, int maxRank)
    {
        var shape = new long[Int(minRank, maxRank)];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = Dim();
        }

        while (TensorShape.Count(shape) > 4096)
        {
            int widest = Array.IndexOf(shape, shape.Max());
            shape[widest] = Math.Max(1, shape[widest] / 2);
        }

        return shape;
    }

    /// <summary>A shape without empty axes.</summary>
    public long[] FullShape(int minRank, int maxRank) => [.. Shape(minRank, maxRank).Select(static d => Math.Max(1, d))];

    /// <summary>A shape that broadcasts to <paramref name="shape"/>: axes dropped from the front, others set to 1.</summary>
    public long[] BroadcastInto(long[] shape)
    {
        long[] result = [.. shape.Select(d => Chance(0.25) ? 1 : d)];
        return Chance(0.3) ? result[Int(0, result.Length)..] : result;
    }

    /// <summary>A permutation of the axes.</summary>
    public long[] Permutation(int rank)
    {
        long[] axes = [.. Enumerable.Range(0, rank).Select(static i => (long)i)];
        _random.Shuffle(axes);
        return axes;
    }

    /// <summary>Some distinct axes, written from the front or from the back.</summary>
    public long[] Axes(int rank, int least = 1)
    {
        int count = rank == 0 ? 0 : Int(Math.Min(least, rank), rank);
        return [.. Permutation(rank)[..count].Select(axis => Chance(0.3) ? axis - rank : axis)];
    }

    public long Axis(int rank) => Int(-rank, rank - 1);

    /// <summary>A tensor of ordinary values: floats in [−3, 3), small integers.</summary>
    public TensorValue Tensor(ElementType type, long[] shape, bool special = false) => type switch
    {
        ElementType.Float32 => Of(shape, () => Number(special)),
        ElementType.Float64 => Of(shape, () => (double)Number(special)),
        ElementType.Float16 => Of(shape, () => (Half)Number(special)),
        ElementType.BFloat16 => Of(shape, () => (BFloat16)Number(special)),
        ElementType.Int64 => Of(shape, () => (long)Int(-20, 20)),
        ElementType.Int32 => Of(shape, () => Int(-20, 20)),
        ElementType.Int16 => Of(shape, () => (short)Int(-20, 20)),
        ElementType.Int8 => Of(shape, () => (sbyte)Int(-20, 20)),
        ElementType.UInt64 => Of(shape, () => (ulong)Int(0, 30)),
        ElementType.UInt32 => Of(shape, () => (uint)Int(0, 30)),
        ElementType.UInt16 => Of(shape, () => (ushort)Int(0, 30)),
        ElementType.UInt8 => Of(shape, () => (byte)Int(0, 30)),
        ElementType.Bool => Of(shape, () => Chance(0.5)),
        _ => Tensors.Bytes(type, _random.Next(), shape),
    };

    /// <summary>Bytes over their whole range, as quantized tensors have them.</summary>
    public TensorValue Quantized(ElementType type, long[] shape) => Tensors.Bytes(type, _random.Next(), shape);

    /// <summary>Floats within bounds.</summary>
    public TensorValue Floats(long[] shape, float from, float to) => Of(shape, () => Single(from, to));

    /// <summary>64-bit integers within bounds.</summary>
    public TensorValue Ints(long[] shape, int from, int through) => Of(shape, () => (long)Int(from, through));

    /// <summary>Strings of a list.</summary>
    public TensorValue Words(long[] shape, params string[] words) => Of(shape, () => Pick<string>(words));

    public static TensorValue Ints(params long[] values) => TensorValue.Copy(values, [values.Length]);

    public static TensorValue Scalar<T>(T value) => TensorValue.Copy([value], []);

    private static TensorValue Of<T>(long[] shape, Func<T> next)
    {
        TensorValue tensor = TensorValue.Allocate(ElementTypes.Of<T>(), shape);
        Span<T> elements = tensor.AsWritableSpan<T>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = next();
        }

        return tensor;
    }

    private float Number(bool special) => !special || Chance(0.85) ? Single(-3, 3) : Pick(0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.5f, -0.5f, 2.5f, 65504f, 1e-7f);
}
