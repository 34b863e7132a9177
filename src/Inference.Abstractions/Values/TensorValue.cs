using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A dense tensor in row-major order: element type, shape, contents.</summary>
/// <remarks>Thread-safety and lifetime: see <see cref="ModelValue"/>. A provider may derive from this class to hand out memory of its own.</remarks>
public abstract class TensorValue : ModelValue
{
    private readonly long[] _shape;

    /// <summary>Starts a tensor of the given type and shape.</summary>
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

    /// <summary>Bytes of the contents; 0 for strings.</summary>
    public long ByteCount => ElementType.ByteCount(ElementCount);

    /// <inheritdoc/>
    public abstract override TensorValue Retain();

    /// <summary>Whether the contents belong to somebody else, as those of <see cref="Borrow"/> to its caller and outputs of a bound run to that, so that <see cref="ModelValue.Retain"/> copies.</summary>
    public virtual bool IsBorrowed => false;

    /// <summary>Borrows the caller's memory without copying: the caller keeps it alive and unchanged until the call it is passed to completes.</summary>
    /// <param name="data">The elements, row-major.</param>
    /// <param name="shape">The dimensions; their product must be the length of <paramref name="data"/>.</param>
    /// <exception cref="InferenceException">The length differs from the shape's product.</exception>
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
    /// <exception cref="InferenceException">The length differs from the shape's product.</exception>
    public static TensorValue Copy<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> shape)
    {
        TensorShape.RequireCount(data.Length, shape);
        TensorValue tensor = Allocate(ElementTypes.Of<T>(), shape);
        data.CopyTo(tensor.AsWritableSpan<T>());
        return tensor;
    }

    /// <summary>Copies the elements of an array; see <see cref="Copy{T}(ReadOnlySpan{T}, ReadOnlySpan{long})"/>.</summary>
    public static TensorValue Copy<T>(T[] data, ReadOnlySpan<long> shape) => Copy(new ReadOnlySpan<T>(data), shape);

    /// <summary>Copies a tensor of <c>System.Numerics.Tensors</c>, whatever its strides.</summary>
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

    /// <summary>A tensor that owns its memory; contents undefined, strings empty.</summary>
    /// <exception cref="InferenceException">A dimension is negative or the tensor is too large.</exception>
    public static TensorValue Allocate(ElementType type, ReadOnlySpan<long> shape) =>
        type == ElementType.String ? new StringTensor(TensorShape.Count(shape), shape) : new OwnedTensor(type, shape);

    /// <summary>The elements.</summary>
    /// <exception cref="InferenceException"><typeparamref name="T"/> is not the element type's memory form; the error names both types.</exception>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public abstract ReadOnlySpan<T> AsSpan<T>();

    /// <summary>The elements, to be written. Only for memory that nobody else refers to.</summary>
    /// <exception cref="InferenceException">Wrong <typeparamref name="T"/>, or the memory is borrowed or shared.</exception>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public abstract Span<T> AsWritableSpan<T>();

    /// <summary>The contents as bytes, little-endian, packed types packed. Not for strings.</summary>
    /// <exception cref="InferenceException">The tensor holds strings, or more than 2³¹ − 1 bytes: read these by <see cref="AsSpan{T}"/>, or in parts by <see cref="Rows"/>.</exception>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public abstract ReadOnlySpan<byte> AsBytes();

    /// <summary>The contents as bytes, to be written; see <see cref="AsWritableSpan{T}"/>.</summary>
    public abstract Span<byte> AsWritableBytes();

    /// <summary>
    /// Pins the contents and gives their address, which is good until the handle is disposed, whatever becomes of the tensor meanwhile. Not for strings. A type that
    /// derives from this class gives a handle that holds the owner of the memory: one with a <see cref="System.Runtime.InteropServices.GCHandle"/> or an <see cref="IPinnable"/>.
    /// </summary>
    /// <exception cref="InferenceException">The tensor holds strings.</exception>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    public abstract MemoryHandle Pin();

    /// <summary>The contents as a tensor span of <c>System.Numerics.Tensors</c>.</summary>
    /// <exception cref="InferenceException"><typeparamref name="T"/> is not the element type's memory form.</exception>
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

    /// <summary>The bytes of a packed tensor (4- and 2-bit types), lowest bits first.</summary>
    /// <exception cref="InferenceException">The element type is not packed.</exception>
    public ReadOnlySpan<byte> PackedBytes => ElementType.IsPacked()
        ? AsBytes()
        : throw new InferenceException($"PackedBytes needs a packed element type (int4, uint4, float4e2m1, int2, uint2), this tensor is {ElementType.Name()}. Use AsSpan.");

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> along axis 0: a view that shares the memory and holds a reference
    /// (a copy where the content is borrowed).</summary>
    /// <exception cref="InferenceException">The tensor is a scalar, the range leaves it, or a row of a packed type does not fill whole bytes.</exception>
    public virtual TensorValue Rows(int start, int count)
    {
        if (Rank == 0 || start < 0 || count < 0 || (long)start + count > _shape[0])
        {
            throw new InferenceException($"Rows({start}, {count}) leaves a tensor of shape {TensorShape.Format(_shape)}: start and count must lie within axis 0.");
        }

        return new RowView(this, start, count);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ElementType.Name()}{TensorShape.Format(_shape)}";

    /// <summary>Holds the memory for a run until <see cref="EndHold"/>, beyond the last reference too; false where <see cref="Pin"/> does it.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    internal virtual unsafe bool TryHold(out void* address)
    {
        address = null;
        return false;
    }

    /// <summary>Ends what <see cref="TryHold"/> began.</summary>
    internal virtual void EndHold()
    {
    }

    /// <summary>A number of bytes that one span can have.</summary>
    /// <exception cref="InferenceException">It cannot.</exception>
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
        $"The {bytes} bytes of {tensor} were asked for at once; a span has at most {int.MaxValue}. Read it as its own type by AsSpan, or in parts by Rows.");

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
