using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Inference.Data.Numpy;

/// <summary>The header of a NumPy <c>.npy</c> array, versions 1 to 3. Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays".</summary>
internal sealed record NpyHeader(ElementType Type, int ItemBytes, bool SwapBytes, bool FortranOrder, char Kind, long[] Shape)
{
    // Headers are one line of text, 64 KB in version 1 of the format; a text of a thousand pages fits into an item.
    private const int MaxHeaderBytes = 1 << 20;
    private const int MaxItemBytes = 1 << 26;

    /// <summary>Reads the header and leaves the stream at the first element.</summary>
    /// <exception cref="DataException">The header is malformed.</exception>
    /// <exception cref="UnsupportedArrayException">The header is fine, but its type is not supported.</exception>
    public static NpyHeader Read(Stream stream, string where)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8 || prefix[0] != 0x93 || !prefix[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new DataException($"{where}: expected a NumPy array, which starts with \\x93NUMPY; got something else. Save it with numpy.save or numpy.savez.");
        }

        int major = prefix[6];
        Span<byte> lengthBytes = stackalloc byte[4];
        lengthBytes.Clear();
        int lengthSize = major == 1 ? 2 : 4;
        if (stream.ReadAtLeast(lengthBytes[..lengthSize], lengthSize, throwOnEndOfStream: false) < lengthSize)
        {
            throw new DataException($"{where}: the NumPy header ends early. The file is truncated: copy it again.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(lengthBytes);
        if (major is < 1 or > 3 || length is < 0 or > MaxHeaderBytes)
        {
            throw new DataException($"{where}: expected a NumPy header of version 1 to 3 and at most {MaxHeaderBytes} bytes, got version {major} and {length} bytes. Save the array again.");
        }

        var text = new byte[length];
        if (stream.ReadAtLeast(text, length, throwOnEndOfStream: false) < length)
        {
            throw new DataException($"{where}: the NumPy header ends early. The file is truncated: copy it again.");
        }

        return Parse((major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text), where);
    }

    private static NpyHeader Parse(string text, string where)
    {
        string descr = Field(text, "descr", where).Trim('\'', '"');
        bool fortran = Field(text, "fortran_order", where) == "True";
        string shapeText = Field(text, "shape", where).Trim('(', ')');
        string[] parts = shapeText.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var shape = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
            {
                throw new DataException($"{where}: expected a NumPy shape of whole numbers, got ({shapeText}). Save the array again.");
            }
        }

        if (descr.Length < 3 || !int.TryParse(descr.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int size))
        {
            throw Unsupported(descr, where);
        }

        char kind = descr[1];
        ElementType type = (kind, size) switch
        {
            ('f', 2) => ElementType.Float16,
            ('f', 4) => ElementType.Float32,
            ('f', 8) => ElementType.Float64,
            ('i', 1) => ElementType.Int8,
            ('i', 2) => ElementType.Int16,
            ('i', 4) => ElementType.Int32,
            ('i', 8) => ElementType.Int64,
            ('u', 1) => ElementType.UInt8,
            ('u', 2) => ElementType.UInt16,
            ('u', 4) => ElementType.UInt32,
            ('u', 8) => ElementType.UInt64,
            ('b', 1) => ElementType.Bool,
            ('U' or 'S', > 0) => ElementType.String,
            _ => throw Unsupported(descr, where),
        };
        if (size > MaxItemBytes / 4)
        {
            throw new DataException($"{where}: expected strings of at most {MaxItemBytes / 4:N0} characters, got '{descr}'. Shorten them before saving.");
        }

        int itemBytes = kind == 'U' ? size * 4 : size;
        return new NpyHeader(type, itemBytes, descr[0] == '>' && (kind == 'U' || itemBytes > 1), fortran, kind, shape);
    }

    private static string Field(string text, string key, string where)
    {
        int at = text.IndexOf($"'{key}'", StringComparison.Ordinal);
        int colon = at < 0 ? -1 : text.IndexOf(':', at);
        if (colon < 0)
        {
            throw new DataException($"{where}: expected the key '{key}' in the NumPy header, got {text.Trim()}. Save the array again.");
        }

        int start = colon + 1;
        int depth = 0;
        int end = start;
        while (end < text.Length && (depth > 0 || text[end] is not (',' or '}')))
        {
            depth += text[end] is '(' or '[' ? 1 : text[end] is ')' or ']' ? -1 : 0;
            end++;
        }

        return text[start..end].Trim();
    }

    private static UnsupportedArrayException Unsupported(string descr, string where) => new(where, descr switch
    {
        ['|', 'O', ..] or ['O', ..] => "expected numbers or text, got an array of Python objects (pickled), which are not supported. Convert the array with astype before saving, such as astype(str) or astype('float32').",
        [_, 'M' or 'm', ..] => $"expected numbers or text, got dates ('{descr}'). Convert the array with astype before saving, such as astype('int64') or astype(str).",
        ['[', ..] => $"expected one type of element, got records ('{descr}'). Save each field as an array.",
        _ => $"expected a NumPy type of float (2, 4, 8 bytes), integer, bool or text, got '{descr}'. Convert the array with astype before saving.",
    });
}
