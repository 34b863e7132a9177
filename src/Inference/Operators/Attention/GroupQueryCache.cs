namespace Inference.Operators.Attention;

/// <summary>
/// How a cache of keys (or of values) holds the rows of a head: as floats, or as signed integers of 8 bits, or of 4 bits stored plus 8 in bytes with the even columns in the low
/// halves; an integer q stands for q·scale, one scale for all or one for each head and column.
/// </summary>
internal readonly unsafe struct GroupQueryCache
{
    private readonly int _bits;
    private readonly long _depth;
    private readonly float* _scales;
    private readonly bool _isPerColumn;

    /// <param name="bits">Bits of an element: 32, 8 or 4.</param>
    /// <param name="depth">Elements of a row.</param>
    /// <param name="scales">[1] or [heads·depth]; null where rows are floats.</param>
    public GroupQueryCache(int bits, long depth, Tensor? scales)
    {
        _bits = bits;
        _depth = depth;
        _scales = scales is null ? null : (float*)scales.Data;
        _isPerColumn = scales is { Count: > 1 };
    }

    /// <summary>Whether rows are floats.</summary>
    public bool IsFloat => _bits == 32;

    /// <summary>Bytes of a row.</summary>
    public long RowBytes => BytesOf(_bits, _depth);

    /// <summary>Bytes of a row of <paramref name="depth"/> elements of <paramref name="bits"/> bits.</summary>
    public static long BytesOf(int bits, long depth) => bits == 32 ? depth * sizeof(float) : bits == 8 ? depth : (depth + 1) / 2;

    /// <summary>Reads a row of integers.</summary>
    public void Load(byte* source, float* target, long head)
    {
        for (long i = 0; i < _depth; i++)
        {
            int q = _bits == 8 ? (sbyte)source[i] : ((source[i / 2] >> (int)(4 * (i % 2))) & 0xF) - 8;
            target[i] = q * Scale(head, i);
        }
    }

    /// <summary>Writes a row as integers, and puts what they stand for in its place.</summary>
    public void Store(float* row, byte* target, long head)
    {
        for (long i = 0; i < _depth; i++)
        {
            float scale = Scale(head, i);
            float inverse = scale == 0f ? 1f : 1f / scale;
            int q = (int)Math.Clamp(MathF.Round(row[i] * inverse), _bits == 8 ? -128f : -8f, _bits == 8 ? 127f : 7f);
            row[i] = q * scale;
            Put(target, i, q);
        }
    }

    private void Put(byte* target, long i, int q)
    {
        if (target is null)
        {
            return;
        }

        if (_bits == 8)
        {
            target[i] = (byte)q;
        }
        else
        {
            // The half behind an odd row's last column holds 0.
            byte* place = target + i / 2;
            *place = i % 2 == 0 ? (byte)(0x80 | (q + 8)) : (byte)((*place & 0xF) | ((q + 8) << 4));
        }
    }

    private float Scale(long head, long column) => _scales[_isPerColumn ? head * _depth + column : 0];
}
