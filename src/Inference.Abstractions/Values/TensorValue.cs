using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A dense tensor in row-major order: element type, shape, contents.</summary>
/// <remarks>Thread-safety and lifetime: see <see cref="ModelValue"/>. A provider may derive from this class to expose its own memory.</remarks>
public abstract partial class TensorValue : ModelValue
{
    private readonly long[] _shape;

    /// <summary>Initializes a tensor with the given type and shape.</summary>
    /// <exception cref="InferenceException">A dimension is negative or the number of elements overflows.</exception>
    protected TensorValue(ElementType elementType, ReadOnlySpan<long> shape)
    {
        ElementType = elementType;
        _shape = shape.ToArray();
        ElementCount = TensorShape.Count(shape);
    }

    /// <inheritdoc/>
    public sealed override ModelValueKind Kind => ModelValueKind.Tensor;

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The number of dimensions.</summary>
    public int Rank => _shape.Length;

    /// <summary>The product of the dimensions; 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>The number of bytes of the contents; 0 for strings.</summary>
    public long ByteCount => ElementType.ByteCount(ElementCount);

    /// <inheritdoc/>
    public abstract override TensorValue Retain();

    /// <summary>Whether the contents are owned by another object, such as the caller of <see cref="Borrow"/> or a bound run, so that <see cref="ModelValue.Retain"/> copies.</summary>
    public virtual bool IsBorrowed => false;

    /// <summary>Whether the contents are a part of a larger tensor, whose memory lives as long as this value.</summary>
    internal virtual bool IsPart => false;

    /// <summary>Creates a tensor over the caller's memory without copying; the memory must stay valid and unchanged until every call that uses the tensor completes.</summary>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The dimensions; their product must be the length of <paramref name="data"/>.</param>
    /// <exception cref="InferenceException">The length is not the product of the shape.</exception>
    public static TensorValue Borrow<T>(ReadOnlyMemory<T> data, ReadOnlySpan<long> shape)
    {
        TensorShape.RequireCount(data.Length, shape);
        return typeof(T) == typeof(string)
            ? new StringTensor(((ReadOnlyMemory<string>)(object)data).ToArray(), shape)
            : new BorrowedTensor<T>(data, shape);
    }

    /// <summary>Copies the elements into memory that the new tensor owns.</summary>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The dimensions; their product must be the length of <paramref name="data"/>.</param>
    /// <exception cref="InferenceException">The length is not the product of the shape.</exception>
    public static TensorValue Copy<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> shape)
    {
        TensorShape.RequireCount(data.Length, shape);
        TensorValue tensor = Allocate(ElementTypes.Of<T>(), shape);
        data.CopyTo(tensor.AsWritableSpan<T>());
        return tensor;
    }

    /// <summary>Copies the elements of an array; see <see cref="Copy{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>.</summary>
    public static TensorValue Copy<T>(T[] data, ReadOnlySpan<long> shape) => Copy(new ReadOnlySpan<T>(data), shape);

    /// <summary>Copies a tensor of <c>System.Numerics.Tensors</c> with any strides.</summary>
    public static TensorValue Copy<T>(in ReadOnlyTensorSpan<T> tensor)
    {
        ReadOnlySpan<nint> lengths = tensor.Lengths;
        Span<long> shape = stackalloc long[lengths.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = lengths[i];
        }

        TensorValue result = Allocate(ElementTypes.Of<T>(), shape);
        tensor.FlattenTo(result.AsWritableSpan<T>());
        return result;
    }

    /// <summary>Allocates a tensor that owns its memory; its contents are undefined, strings are empty.</summary>
    /// <exception cref="InferenceException">A dimension is negative or the tensor is too large.</exception>
    public static TensorValue Allocate(ElementType type, ReadOnlySpan<long> shape) =>
        type == ElementType.String ? new StringTensor(TensorShape.Count(shape), shape) : new OwnedTensor(type, shape);

    /// <summary>Returns the elements, row-major.</summary>
    /// <exception cref="InferenceException"><typeparamref name="T"/> is not the .NET type of the elements; the message names both types.</exception>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public abstract ReadOnlySpan<T> AsSpan<T>();

    /// <summary>Returns the elements for writing. Only for memory without other references.</summary>
    /// <exception cref="InferenceException"><typeparamref name="T"/> is not the .NET type of the elements, or the memory is borrowed or shared.</exception>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public abstract Span<T> AsWritableSpan<T>();

    /// <summary>Returns the contents as bytes, little-endian, packed types packed. Not for strings.</summary>
    /// <exception cref="InferenceException">The tensor holds strings, or more than 2³¹ − 1 bytes: read these with <see cref="AsSpan{T}"/>, or in parts with <see cref="Rows"/>.</exception>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public abstract ReadOnlySpan<byte> AsBytes();

    /// <summary>Returns the contents as bytes for writing; see <see cref="AsWritableSpan{T}"/>.</summary>
    public abstract Span<byte> AsWritableBytes();

    /// <summary>
    /// Pins the contents and returns a handle with their address, which is valid until the handle is disposed, even if the tensor is disposed earlier. Not for strings. A type that
    /// derives from this class must return a handle that holds the owner of the memory: one with a <see cref="System.Runtime.InteropServices.GCHandle"/> or an <see cref="IPinnable"/>.
    /// </summary>
    /// <exception cref="InferenceException">The tensor holds strings.</exception>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    public abstract MemoryHandle Pin();

    /// <summary>Returns the contents as a tensor span of <c>System.Numerics.Tensors</c>.</summary>
    /// <exception cref="InferenceException"><typeparamref name="T"/> is not the .NET type of the elements.</exception>
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>()
    {
        Span<nint> lengths = stackalloc nint[Rank];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = checked((nint)_shape[i]);
        }

        return new ReadOnlyTensorSpan<T>(AsSpan<T>(), lengths);
    }

    /// <summary>Copies the contents into a new tensor of <c>System.Numerics.Tensors</c>.</summary>
    public Tensor<T> ToTensor<T>()
    {
        var lengths = new nint[Rank];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = checked((nint)_shape[i]);
        }

        return Tensor.Create(AsSpan<T>().ToArray(), lengths);
    }

    /// <summary>Returns the bytes of a packed tensor (4- and 2-bit types), lowest bits first.</summary>
    /// <exception cref="InferenceException">The element type is not packed.</exception>
    public ReadOnlySpan<byte> PackedBytes => ElementType.IsPacked()
        ? AsBytes()
        : throw new InferenceException($"PackedBytes requires a packed element type (int4, uint4, float4e2m1, int2, uint2); this tensor is {ElementType.Name()}. Use AsSpan.");

    /// <summary>Returns <paramref name="count"/> rows from <paramref name="start"/> along axis 0, as a view that shares the memory and holds a reference
    /// (a copy if the contents are borrowed).</summary>
    /// <exception cref="InferenceException">The tensor is a scalar, the range exceeds it, or a row of a packed type does not fill whole bytes.</exception>
    public virtual TensorValue Rows(int start, int count)
    {
        if (Rank == 0 || start < 0 || count < 0 || (long)start + count > _shape[0])
        {
            throw new InferenceException($"Rows({start}, {count}) is out of range for a tensor of shape {TensorShape.Format(_shape)}: start and count must be within axis 0.");
        }

        return new RowView(this, start, count);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType.Name()}{TensorShape.Format(_shape)}";

    /// <summary>Holds the memory for a run until <see cref="EndHold"/>, even after the last reference is released; false if <see cref="Pin"/> must be used instead.</summary>
    /// <exception cref="ObjectDisposedException">The last reference was released.</exception>
    internal virtual unsafe bool TryHold(out void* address)
    {
        address = null;
        return false;
    }

    /// <summary>Ends what <see cref="TryHold"/> began.</summary>
    internal virtual void EndHold()
    {
    }

    /// <summary>Converts a number of bytes to the length of a span.</summary>
    /// <exception cref="InferenceException">A span cannot have that many bytes.</exception>
    private protected static int SpanLength(TensorValue tensor, long bytes)
    {
        if (bytes > int.MaxValue)
        {
            ThrowManyBytes(tensor, bytes);
        }

        return (int)bytes;
    }

    [DoesNotReturn]
    private static void ThrowManyBytes(TensorValue tensor, long bytes) => throw new InferenceException(
        $"The {bytes} bytes of {tensor} were requested as one span; a span has at most {int.MaxValue}. Read the tensor as its own type with AsSpan, or in parts with Rows.");

    private protected static bool Matches<T>(ElementType type) => ElementTypes.TryOf<T>(out ElementType own) && own == type;

    [DoesNotReturn]
    private protected static void ThrowWrongType<T>(TensorValue tensor) => throw new InferenceException(
        $"The tensor {tensor} was read as {typeof(T).Name}; its elements are {tensor.ElementType.Name()}. "
        + (tensor.ElementType.IsPacked() ? "Read packed types through PackedBytes." : "Read it as its own type, or convert it."));

    [DoesNotReturn]
    private protected static void ThrowNotWritable(TensorValue tensor, string why) => throw new InferenceException(
        $"The tensor {tensor} cannot be written: its memory is {why}. Copy it first, or write before sharing it.");

    [DoesNotReturn]
    private protected static void ThrowNoBytes() => throw new InferenceException("A string tensor has no byte form. Read it with AsSpan<string>().");
}
