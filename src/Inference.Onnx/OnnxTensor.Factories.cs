using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Onnx;

public sealed partial class OnnxTensor
{
    /// <summary>A tensor of numbers whose element type follows from <typeparamref name="T"/> (float, double, Half, the integer types, bool, Complex).</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="values">The elements in row-major order, copied.</param>
    /// <param name="dims">The shape; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dims, or T has no element type.</exception>
    public static OnnxTensor Create<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged =>
        Create(name, TypeOf<T>(), values, dims);

    /// <summary>A tensor of numbers of a stated element type as wide as <typeparamref name="T"/>, such as bfloat16 from <see cref="ushort"/> or float8 from <see cref="byte"/>.</summary>
    /// <typeparam name="T">A type with the width of the elements.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="type">The element type; not a packed one.</param>
    /// <param name="values">The elements in row-major order, copied.</param>
    /// <param name="dims">The shape; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dims, or the widths differ.</exception>
    public static OnnxTensor Create<T>(string name, OnnxElementType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        if (type.BitWidth() != Unsafe.SizeOf<T>() * 8)
        {
            throw new ArgumentException($"Tensor '{name}': expected elements as wide as {type.Name()}, got {typeof(T).Name}.", nameof(type));
        }

        if (Count(dims) != values.Length)
        {
            throw new ArgumentException($"Tensor '{name}': expected as many values as [{string.Join(',', dims.ToArray())}] has elements, got {values.Length}.", nameof(values));
        }

        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            SwapBytes(bytes, type is OnnxElementType.Complex64 or OnnxElementType.Complex128 ? Unsafe.SizeOf<T>() / 2 : Unsafe.SizeOf<T>());
        }

        return new OnnxTensor { Name = name, ElementType = type, Dims = dims.ToArray(), RawData = bytes };
    }

    /// <summary>A tensor over bytes that are laid out as <see cref="GetBytes()"/> gives them; the only way to make packed types.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The element type.</param>
    /// <param name="bytes">The content, not copied: keep it unchanged.</param>
    /// <param name="dims">The shape; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the dims, or the type has no fixed width.</exception>
    public static OnnxTensor FromBytes(string name, OnnxElementType type, ReadOnlyMemory<byte> bytes, params ReadOnlySpan<long> dims)
    {
        var count = Count(dims);
        if (type.BitWidth() == 0 || count is < 0 or > long.MaxValue / 16 || type.ByteCount(count) != bytes.Length)
        {
            throw new ArgumentException(
                $"Tensor '{name}': expected as many bytes as {type.Name()}[{string.Join(',', dims.ToArray())}] takes, got {bytes.Length}.", nameof(bytes));
        }

        return new OnnxTensor { Name = name, ElementType = type, Dims = dims.ToArray(), RawData = bytes };
    }

    /// <summary>A tensor of strings.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="dims">The shape; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dims.</exception>
    public static OnnxTensor FromStrings(string name, ReadOnlySpan<string> values, params ReadOnlySpan<long> dims)
    {
        if (Count(dims) != values.Length)
        {
            throw new ArgumentException($"Tensor '{name}': expected as many values as [{string.Join(',', dims.ToArray())}] has elements, got {values.Length}.", nameof(values));
        }

        var encoded = new ReadOnlyMemory<byte>[values.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = Encoding.UTF8.GetBytes(values[i]);
        }

        return new OnnxTensor { Name = name, ElementType = OnnxElementType.String, Dims = dims.ToArray(), StringData = encoded };
    }

    /// <summary>Replaces the content, whatever the storage was, by raw data; name, metadata and free text stay.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="bytes">The content, not copied: keep it unchanged.</param>
    /// <param name="dims">The shape; none for a scalar.</param>
    /// <exception cref="ArgumentException">As for <see cref="FromBytes"/>.</exception>
    public void SetBytes(OnnxElementType type, ReadOnlyMemory<byte> bytes, params ReadOnlySpan<long> dims)
    {
        var made = FromBytes(Name, type, bytes, dims);
        ElementType = type;
        Dims = made.Dims;
        RawData = bytes;
        FloatDataBytes = DoubleDataBytes = default;
        Int32Data = [];
        Int64Data = [];
        UInt64Data = [];
        StringData = [];
        HasExternalData = false;
        _external = null;
        Segment = null;
    }

    private static OnnxElementType TypeOf<T>() =>
        typeof(T) == typeof(float) ? OnnxElementType.Float32
        : typeof(T) == typeof(double) ? OnnxElementType.Float64
        : typeof(T) == typeof(Half) ? OnnxElementType.Float16
        : typeof(T) == typeof(sbyte) ? OnnxElementType.Int8
        : typeof(T) == typeof(byte) ? OnnxElementType.UInt8
        : typeof(T) == typeof(short) ? OnnxElementType.Int16
        : typeof(T) == typeof(ushort) ? OnnxElementType.UInt16
        : typeof(T) == typeof(int) ? OnnxElementType.Int32
        : typeof(T) == typeof(uint) ? OnnxElementType.UInt32
        : typeof(T) == typeof(long) ? OnnxElementType.Int64
        : typeof(T) == typeof(ulong) ? OnnxElementType.UInt64
        : typeof(T) == typeof(bool) ? OnnxElementType.Bool
        : typeof(T) == typeof(Complex) ? OnnxElementType.Complex128
        : throw new ArgumentException($"Type {typeof(T).Name} has no element type of its own; state one.", nameof(T));
}
