using System.Runtime.InteropServices;
using System.Text;
using Inference.Data.Contract;

namespace Inference.Data.Numpy;

/// <summary>
/// Reads the rows of one <c>.npy</c> array in order. Owns the stream. An array in Fortran order, whose rows are not contiguous, is read as a whole with its first row and kept in memory.
/// </summary>
internal sealed class NpyReader : IDisposable
{
    private readonly Stream _stream;
    private readonly string _where;
    private TensorValue? _all;
    private int _row;

    /// <summary>Reads the header and takes ownership of the stream.</summary>
    /// <param name="stream">The array, from its first byte.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="length">Bytes of the stream, all of which are the array's.</param>
    /// <exception cref="DataException">The header is malformed, or does not match the number of bytes; checked before memory is allocated.</exception>
    public NpyReader(Stream stream, string where, long length)
    {
        _stream = stream;
        _where = where;
        try
        {
            Header = NpyHeader.Read(stream, where);
            CheckLength(length - stream.Position);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public NpyHeader Header { get; }

    /// <summary>Rows in the array; 1 for a scalar.</summary>
    public long Rows => Header.Shape.Length == 0 ? 1 : Header.Shape[0];

    public long[] RowShape => Header.Shape.Length == 0 ? [] : Header.Shape[1..];

    /// <summary>Opens a file.</summary>
    public static NpyReader Open(string path)
    {
        FileStream stream = FileDigest.Open(path);
        return new NpyReader(stream, path, stream.Length);
    }

    /// <summary>The whole array with its own shape.</summary>
    public TensorValue ReadAll()
    {
        DataLimits.RequireBlock(_where, "an array", DataLimits.Bytes(Header.Type, DataLimits.Product(Header.Shape)));
        return IsFortran ? ReadFortran() : Read(Header.Shape);
    }

    /// <summary>The next rows, as a tensor of shape [rows, row shape…].</summary>
    public TensorValue ReadRows(int rows)
    {
        if (!IsFortran)
        {
            return Read([rows, .. RowShape]);
        }

        _all ??= ReadAll();
        TensorValue next = _all.Rows(_row, rows);
        _row += rows;
        return next;
    }

    public void Dispose()
    {
        _all?.Dispose();
        _stream.Dispose();
    }

    private void CheckLength(long bytes)
    {
        Int128 expected = DataLimits.Product([Header.ItemBytes, .. Header.Shape]);
        if (bytes != expected)
        {
            throw new DataException($"{_where}: expected {expected} bytes of {Header.Type.Name()}{TensorShape.Format(Header.Shape)}, the file has {bytes}. It is truncated or damaged: copy it again.");
        }
    }

    // A single axis has the same layout in both orders.
    private bool IsFortran => Header.FortranOrder && Header.Shape.Length > 1;

    private TensorValue ReadFortran()
    {
        long[] shape = Header.Shape;
        using TensorValue columns = Read([.. shape.Reverse()]);
        TensorValue rows = TensorValue.Allocate(Header.Type, shape);
        if (Header.Type == ElementType.String)
        {
            Turn(columns.AsSpan<string>(), rows.AsWritableSpan<string>(), shape);
            return rows;
        }

        ReadOnlySpan<byte> from = columns.AsBytes();
        Span<byte> to = rows.AsWritableBytes();
        switch (Header.ItemBytes)
        {
            case 1:
                Turn(from, to, shape);
                break;
            case 2:
                Turn(MemoryMarshal.Cast<byte, ushort>(from), MemoryMarshal.Cast<byte, ushort>(to), shape);
                break;
            case 4:
                Turn(MemoryMarshal.Cast<byte, uint>(from), MemoryMarshal.Cast<byte, uint>(to), shape);
                break;
            default:
                Turn(MemoryMarshal.Cast<byte, ulong>(from), MemoryMarshal.Cast<byte, ulong>(to), shape);
                break;
        }

        return rows;
    }

    // Converts from Fortran order (first axis fastest) to C order (last axis fastest).
    private static void Turn<T>(ReadOnlySpan<T> from, Span<T> to, long[] shape)
    {
        var position = new long[shape.Length];
        var strides = new long[shape.Length];
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = i == 0 ? 1 : strides[i - 1] * shape[i - 1];
        }

        long at = 0;
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[(int)at];
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++position[axis] < shape[axis])
                {
                    break;
                }

                at -= strides[axis] * shape[axis];
                position[axis] = 0;
            }
        }
    }

    private TensorValue Read(long[] shape)
    {
        TensorValue tensor = TensorValue.Allocate(Header.Type, shape);
        if (Header.Type == ElementType.String)
        {
            ReadText(tensor.AsWritableSpan<string>());
            return tensor;
        }

        Span<byte> bytes = tensor.AsWritableBytes();
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw CutOff();
        }

        if (Header.SwapBytes)
        {
            for (int i = 0; i < bytes.Length; i += Header.ItemBytes)
            {
                bytes.Slice(i, Header.ItemBytes).Reverse();
            }
        }

        return tensor;
    }

    private void ReadText(Span<string> target)
    {
        var item = new byte[Header.ItemBytes];
        Encoding encoding = Header.Kind == 'S' ? new UTF8Encoding(false, throwOnInvalidBytes: true) : new UTF32Encoding(Header.SwapBytes, byteOrderMark: false, throwOnInvalidCharacters: true);
        for (int i = 0; i < target.Length; i++)
        {
            if (_stream.ReadAtLeast(item, item.Length, throwOnEndOfStream: false) < item.Length)
            {
                throw CutOff();
            }

            try
            {
                target[i] = encoding.GetString(item).TrimEnd('\0');
            }
            catch (ArgumentException exception)
            {
                throw new DataException($"{_where}: expected text ({(Header.Kind == 'S' ? "UTF-8" : "UTF-32")}), got invalid bytes: {exception.Message} Save the array with astype(str).", exception);
            }
        }
    }

    private DataException CutOff() => new($"{_where}: expected {DataLimits.Product(Header.Shape)} elements, but the file ends early. It is truncated: copy it again.");
}
