using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Onnx;

public sealed partial class OnnxTensor
{
    /// <summary>Creates a tensor of numbers whose element type follows from <typeparamref name="T"/> (float, double, Half, the integer types, bool, Complex).</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="values">The elements in row-major order; copied.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dimensions, or no element type corresponds to T.</exception>
    public static OnnxTensor Create<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged =>
        Create(name, TypeOf<T>(), values, dims);

    /// <summary>Creates a tensor of numbers of the given element type, which must be as wide as <typeparamref name="T"/>, such as bfloat16 from <see cref="ushort"/> or float8 from <see cref="byte"/>.</summary>
    /// <typeparam name="T">A type as wide as the elements.</typeparam>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="type">The element type; must not be packed.</param>
    /// <param name="values">The elements in row-major order; copied.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dimensions, or the widths differ.</exception>
    public static OnnxTensor Create<T>(string name, OnnxElementType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged
    {
        if (type.BitWidth() != Unsafe.SizeOf<T>() * 8)
        {
            throw new ArgumentException($"Tensor '{name}': expected elements as wide as {type.Name()}, got {typeof(T).Name}.", nameof(type));
        }

        if (Count(dims) != values.Length)
        {
            throw new ArgumentException($"Tensor '{name}': expected the number of values in the shape [{string.Join(',', dims.ToArray())}], got {values.Length}.", nameof(values));
        }

        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            SwapBytes(bytes, type is OnnxElementType.Complex64 or OnnxElementType.Complex128 ? Unsafe.SizeOf<T>() / 2 : Unsafe.SizeOf<T>());
        }

        return new OnnxTensor { Name = name, ElementType = type, Dims = dims.ToArray(), RawData = bytes };
    }

    /// <summary>Creates a tensor over bytes in the layout that <see cref="GetBytes()"/> returns; the only way to create tensors of packed types.</summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="type">The element type.</param>
    /// <param name="bytes">The content; not copied, so do not change it.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of bytes does not match the dimensions, or the type has no fixed width.</exception>
    public static OnnxTensor FromBytes(string name, OnnxElementType type, ReadOnlyMemory<byte> bytes, params ReadOnlySpan<long> dims)
    {
        var count = Count(dims);
        if (type.BitWidth() == 0 || count is < 0 or > long.MaxValue / 16 || type.ByteCount(count) != bytes.Length)
        {
            throw new ArgumentException(
                $"Tensor '{name}': expected the number of bytes in {type.Name()}[{string.Join(',', dims.ToArray())}], got {bytes.Length}.", nameof(bytes));
        }

        return new OnnxTensor { Name = name, ElementType = type, Dims = dims.ToArray(), RawData = bytes };
    }

    /// <summary>Creates a tensor of strings.</summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dimensions.</exception>
    public static OnnxTensor FromStrings(string name, ReadOnlySpan<string> values, params ReadOnlySpan<long> dims)
    {
        if (Count(dims) != values.Length)
        {
            throw new ArgumentException($"Tensor '{name}': expected the number of values in the shape [{string.Join(',', dims.ToArray())}], got {values.Length}.", nameof(values));
        }

        var encoded = new ReadOnlyMemory<byte>[values.Length];
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = Encoding.UTF8.GetBytes(values[i]);
        }

        return new OnnxTensor { Name = name, ElementType = OnnxElementType.String, Dims = dims.ToArray(), StringData = encoded };
    }

    /// <summary>Replaces the content, regardless of its storage, with raw data; name, metadata and documentation are kept.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="bytes">The content; not copied, so do not change it.</param>
    /// <param name="dims">The dimensions; none for a scalar.</param>
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
        : throw new ArgumentException($"Type {typeof(T).Name} does not determine an element type. Pass the element type.", nameof(T));
}
