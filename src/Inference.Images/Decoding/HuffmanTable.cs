namespace Inference.Images.Decoding;

/// <summary>A canonical Huffman code of at most 16 bits. Immutable.</summary>
internal sealed class HuffmanTable
{
    private readonly int[] _last = new int[18];
    private readonly int[] _offset = new int[17];
    private readonly byte[] _values;

    /// <param name="counts">How many codes there are of each length from 1 to 16.</param>
    /// <param name="values">The values in order of code.</param>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
    {
        _values = values.ToArray();
        int code = 0;
        int next = 0;
        for (int length = 1; length <= 16; length++)
        {
            _offset[length] = next - code;
            code += counts[length - 1];
            next += counts[length - 1];
            _last[length] = counts[length - 1] > 0 ? code - 1 : -1;
            code <<= 1;
        }
    }

    /// <summary>The next value of the stream.</summary>
    public int Decode(JpegBits bits)
    {
        int code = 0;
        for (int length = 1; length <= 16; length++)
        {
            code = (code << 1) | bits.Bit();
            if (code <= _last[length] && code + _offset[length] >= 0)
            {
                int index = code + _offset[length];
                return index < _values.Length ? _values[index] : throw new FormatException("a JPEG with an invalid code table");
            }
        }

        throw new FormatException("a JPEG with a code that is not in its table");
    }
}
