using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Onnx;

public sealed partial class OnnxTensor
{
    /// <summary>The size of the content in bytes: ⌈<see cref="ElementCount"/> · bits ÷ 8⌉.</summary>
    /// <exception cref="OnnxFormatException">The dimensions or the element type are not valid, or the type is string.</exception>
    public long ByteCount
    {
        get
        {
            var bits = ElementType.BitWidth();
            if (bits == 0)
            {
                throw Broken(ElementType == OnnxElementType.String
                    ? "expected an element type of fixed width, got string; its content is in StringData"
                    : $"expected a known element type, got {ElementType.Name()}");
            }

            var count = ElementCount;
            return count <= long.MaxValue / 16 ? ElementType.ByteCount(count) : throw Broken($"expected at most 2^59 elements, got {count}");
        }
    }

    /// <summary>
    /// Returns the content as little-endian bytes, packed types low bits first, regardless of the storage. For raw and external data, float_data and double_data, a slice of the bytes that were read
    /// (not necessarily aligned); for the other typed fields, a new array on every call.
    /// </summary>
    /// <exception cref="OnnxFormatException">
    /// The content does not match the dimensions and the element type, the element type is string or unknown, external data is missing or rejected, or the content exceeds 2^31 − 1 bytes
    /// (use <see cref="GetBytes(long, int)"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model that maps the external data was disposed.</exception>
    public ReadOnlyMemory<byte> GetBytes()
    {
        var expected = ByteCount;
        if (expected > int.MaxValue)
        {
            throw new OnnxFormatException(
                $"expected at most {int.MaxValue} bytes at once, got {expected}. Read the tensor in parts.", $"tensor '{Name}'");
        }

        return HasExternalData ? External().Read(this, 0, (int)expected, expected) : Stored(expected);
    }

    /// <summary>Returns a part of the content as little-endian bytes; also for tensors larger than 2^31 − 1 bytes.</summary>
    /// <param name="start">The first byte, from 0.</param>
    /// <param name="length">The number of bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the content.</exception>
    /// <exception cref="OnnxFormatException">As for <see cref="GetBytes()"/>.</exception>
    /// <exception cref="ObjectDisposedException">The model that maps the external data was disposed.</exception>
    public ReadOnlyMemory<byte> GetBytes(long start, int length)
    {
        var expected = ByteCount;
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, expected - length);
        return HasExternalData ? External().Read(this, start, length, expected) : Stored(expected).Slice((int)start, length);
    }

    /// <summary>Checks that the content can be read and has the size that the dimensions and the element type state, without converting it. External data is opened.</summary>
    /// <exception cref="OnnxFormatException">As for <see cref="GetBytes()"/>, and for strings, if their number is another.</exception>
    public void Validate()
    {
        if (ElementType == OnnxElementType.String)
        {
            if (HasExternalData)
            {
                throw Broken("expected strings in the model file, got external data");
            }

            CheckLength(StringData.Count, ElementCount, "string_data", "strings");
            return;
        }

        var expected = ByteCount;
        if (HasExternalData)
        {
            External().Check(this, expected);
            return;
        }

        if (RawData is { } raw)
        {
            CheckLength(raw.Length, expected, "raw_data", "bytes");
            return;
        }

        switch (ElementType)
        {
            case OnnxElementType.Float32 or OnnxElementType.Complex64:
                CheckLength(FloatDataBytes.Length, expected, "float_data", "bytes");
                break;
            case OnnxElementType.Float64 or OnnxElementType.Complex128:
                CheckLength(DoubleDataBytes.Length, expected, "double_data", "bytes");
                break;
            case OnnxElementType.Int64:
                CheckLength(Int64Data.Length, expected / 8, "int64_data", "numbers");
                break;
            case OnnxElementType.UInt64 or OnnxElementType.UInt32:
                CheckLength(UInt64Data.Length, expected / (ElementType == OnnxElementType.UInt64 ? 8 : 4), "uint64_data", "numbers");
                break;
            default:
                CheckLength(Int32Data.Length, expected / Math.Max(1, ElementType.BitWidth() / 8), "int32_data", "numbers");
                break;
        }
    }

    /// <summary>Copies the content into an array of numbers.</summary>
    /// <typeparam name="T">Any type of the same size as the elements (for bfloat16, for example, <see cref="ushort"/>).</typeparam>
    /// <returns>A new array with one entry per element.</returns>
    /// <exception cref="ArgumentException">The size of <typeparamref name="T"/> is not the size of the elements.</exception>
    /// <exception cref="OnnxFormatException">As for <see cref="GetBytes()"/>.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() * 8 != ElementType.BitWidth())
        {
            throw new ArgumentException($"Tensor '{Name}': expected a type as wide as {ElementType.Name()}, got {typeof(T).Name}.", nameof(T));
        }

        var bytes = GetBytes().Span;
        var result = new T[bytes.Length / Unsafe.SizeOf<T>()];
        bytes.CopyTo(MemoryMarshal.AsBytes(result.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            SwapBytes(MemoryMarshal.AsBytes(result.AsSpan()), ElementType is OnnxElementType.Complex64 or OnnxElementType.Complex128 ? Unsafe.SizeOf<T>() / 2 : Unsafe.SizeOf<T>());
        }

        return result;
    }

    /// <summary>The file that holds the external content.</summary>
    internal string ExternalDataPath() => External().Path(this);

    private static void SwapBytes(Span<byte> bytes, int width)
    {
        for (var i = 0; i < bytes.Length; i += width)
        {
            bytes.Slice(i, width).Reverse();
        }
    }

    private IExternalData External() => Source ?? throw new OnnxFormatException(
        "expected a folder for external data, got none. Load the model by path, or set OnnxReadOptions.BaseDirectory.", $"tensor '{Name}'");

    private ReadOnlyMemory<byte> Stored(long expected)
    {
        if (RawData is { } raw)
        {
            return Fitting(raw, expected, "raw_data");
        }

        switch (ElementType)
        {
            case OnnxElementType.Float32 or OnnxElementType.Complex64:
                return Fitting(FloatDataBytes, expected, "float_data");
            case OnnxElementType.Float64 or OnnxElementType.Complex128:
                return Fitting(DoubleDataBytes, expected, "double_data");
            case OnnxElementType.Int64:
                return FromInt64(expected);
            case OnnxElementType.UInt64 or OnnxElementType.UInt32:
                return FromUInt64(expected);
            default:
                return FromInt32(expected);
        }
    }

    private ReadOnlyMemory<byte> Fitting(ReadOnlyMemory<byte> data, long expected, string field)
    {
        CheckLength(data.Length, expected, field, "bytes");
        return data;
    }

    private void CheckLength(long actual, long expected, string field, string unit)
    {
        if (actual != expected)
        {
            throw Broken($"{ElementType.Name()}[{string.Join(',', Dims)}]: expected {expected} {unit} in {field}, got {actual}");
        }
    }

    private byte[] FromInt64(long expected)
    {
        CheckLength(Int64Data.Length, expected / 8, "int64_data", "numbers");
        var bytes = new byte[expected];
        for (var i = 0; i < Int64Data.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), Int64Data[i]);
        }

        return bytes;
    }

    private byte[] FromUInt64(long expected)
    {
        var width = ElementType == OnnxElementType.UInt64 ? 8 : 4;
        CheckLength(UInt64Data.Length, expected / width, "uint64_data", "numbers");
        var bytes = new byte[expected];
        for (var i = 0; i < UInt64Data.Length; i++)
        {
            if (width == 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), UInt64Data[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), (uint)UInt64Data[i]);
            }
        }

        return bytes;
    }

    private byte[] FromInt32(long expected)
    {
        // Types below 8 bits hold one byte, that is 2 or 4 elements, in each number.
        var width = Math.Max(1, ElementType.BitWidth() / 8);
        CheckLength(Int32Data.Length, expected / width, "int32_data", "numbers");
        var bytes = new byte[expected];
        for (var i = 0; i < Int32Data.Length; i++)
        {
            switch (width)
            {
                case 1 when ElementType == OnnxElementType.Bool:
                    bytes[i] = Int32Data[i] == 0 ? (byte)0 : (byte)1;
                    break;
                case 1:
                    bytes[i] = (byte)Int32Data[i];
                    break;
                case 2:
                    BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * 2), (short)Int32Data[i]);
                    break;
                default:
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), Int32Data[i]);
                    break;
            }
        }

        return bytes;
    }
}
