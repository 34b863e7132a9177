using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Kernels.Memory;

namespace Inference.Ir;

/// <summary>
/// A tensor inside the engine: type, dimensions and an address. The memory belongs to an arena, a constant or the caller; <see cref="Owner"/> keeps it: whoever
/// uses <see cref="Data"/> keeps this tensor, as the frame of a run does with those in its slots. Row-major, packed types packed, strings in an array.
/// </summary>
internal sealed unsafe class Tensor : EngineValue
{
    /// <summary>What a tensor of its own takes besides its contents, bytes: the object, its dimensions, its block's header and alignment.</summary>
    public const long Overhead = 224;

    private long[] _dims = [];
    private string[]? _strings;

    public override ModelValueKind Kind => ModelValueKind.Tensor;

    public ElementType Type { get; private set; }

    public ReadOnlySpan<long> Dims => _dims;

    public int Rank => _dims.Length;

    /// <summary>The product of the dimensions.</summary>
    public long Count { get; private set; }

    /// <summary>Address of the first element; null for strings and where <see cref="Count"/> is 0.</summary>
    public byte* Data { get; private set; }

    /// <summary>What keeps the memory alive; null where there is none.</summary>
    public object? Owner { get; private set; }

    public long ByteCount => Type.ByteCount(Count);

    public bool IsScalarLike => Count == 1;

    /// <summary>Points this tensor at memory.</summary>
    /// <param name="type">The element type.</param>
    /// <param name="dims">The dimensions.</param>
    /// <param name="data">The address of the first element.</param>
    /// <param name="owner">What keeps the memory while this tensor lives; null only where there is no memory.</param>
    public void Set(ElementType type, ReadOnlySpan<long> dims, void* data, object? owner)
    {
        Debug.Assert(owner is not null || data is null, "an address without an owner");
        SetShape(type, dims);
        Data = (byte*)data;
        Owner = owner;
        _strings = null;
    }

    /// <summary>Moves this tensor to other memory, which <paramref name="owner"/> keeps; type and shape stay.</summary>
    public void SetData(void* data, object? owner)
    {
        Debug.Assert(owner is not null || data is null, "an address without an owner");
        Data = (byte*)data;
        Owner = owner;
    }

    /// <summary>Lets go of the memory; type and shape stay.</summary>
    public void Release()
    {
        Data = null;
        Owner = null;
    }

    /// <summary>Makes this a tensor of strings over the given array.</summary>
    public void SetStrings(ReadOnlySpan<long> dims, string[] strings)
    {
        SetShape(ElementType.String, dims);
        Data = null;
        Owner = null;
        _strings = strings;
    }

    /// <summary>Makes this another shape of the same memory.</summary>
    /// <exception cref="InferenceException">The view is not as large as <paramref name="source"/>.</exception>
    public void SetView(Tensor source, ElementType type, ReadOnlySpan<long> dims)
    {
        SetShape(type, dims);
        if (type == source.Type ? Count != source.Count : type == ElementType.String || source.Type == ElementType.String || ByteCount != source.ByteCount)
        {
            ThrowUnlike(source, this);
        }

        Data = source.Data;
        Owner = source.Owner;
        _strings = source._strings;
    }

    /// <summary>The elements. The caller knows the type; it is checked in debug builds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Span<T>()
    {
        if (typeof(T) == typeof(string))
        {
            return MemoryMarshal.CreateSpan(ref Unsafe.As<string, T>(ref MemoryMarshal.GetArrayDataReference(_strings!)), (int)Count);
        }

        Debug.Assert(Unsafe.SizeOf<T>() * 8 == Type.BitWidth() || Type.IsPacked(), "wrong element size");
        if (Count > int.MaxValue)
        {
            ThrowTooLarge();
        }

        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<T>(Data), (int)Count);
    }

    /// <summary>The contents as bytes; not for strings.</summary>
    public Span<byte> Bytes
    {
        get
        {
            long bytes = ByteCount;
            if (bytes > int.MaxValue)
            {
                ThrowTooLarge();
            }

            return new(Data, (int)bytes);
        }
    }

    public Span<string> Strings => _strings.AsSpan(0, (int)Count);

    /// <summary>Allocates a tensor of its own, pinned and 64-byte aligned, left to the garbage collector; contents undefined, strings empty.</summary>
    public static Tensor Allocate(ElementType type, ReadOnlySpan<long> dims)
    {
        var tensor = new Tensor();
        long count = TensorShape.Count(dims);
        if (type == ElementType.String)
        {
            if (count > Array.MaxLength)
            {
                throw new InferenceException($"A tensor string{TensorShape.Format(dims)} was requested; a tensor can have at most {Array.MaxLength} strings.");
            }

            var strings = new string[checked((int)count)];
            Array.Fill(strings, "");
            tensor.SetStrings(dims, strings);
            return tensor;
        }

        // Limited to the number of elements of a span; the number of bytes may be larger.
        if (count > Array.MaxLength)
        {
            throw new InferenceException($"A tensor {type.Name()}{TensorShape.Format(dims)} was requested; a tensor can have at most {Array.MaxLength} elements. Split it along an axis.");
        }

        var block = new PinnedBlock(type.ByteCount(count));
        SecretBlocks.Note(block);
        tensor.Set(type, dims, block.Data, block);
        tensor.ClearPadding();
        return tensor;
    }

    /// <summary>Sets the bits of a packed type's last byte that belong to no element to zero, so that the bytes of equal tensors are equal.</summary>
    public void ClearPadding()
    {
        if (Type.IsPacked() && PaddingStart(Type, Count) is > 0 and var used)
        {
            Data[ByteCount - 1] &= (byte)((1 << used) - 1);
        }
    }

    /// <summary>Bits of the last byte that elements of a packed type use; 0 where they use it all.</summary>
    public static int PaddingStart(ElementType type, long count) => (int)((count * type.BitWidth()) & 7);

    /// <summary>A tensor of its own with these elements.</summary>
    public static Tensor Create<T>(ReadOnlySpan<T> elements, ReadOnlySpan<long> dims)
    {
        Tensor tensor = Allocate(ElementTypes.Of<T>(), dims);
        elements.CopyTo(tensor.Span<T>());
        return tensor;
    }

    /// <summary>A tensor of its own with one element and no dimensions.</summary>
    public static Tensor Scalar<T>(T value) => Create([value], []);

    /// <summary>A tensor of its own with the same contents.</summary>
    public Tensor Clone()
    {
        Tensor copy = Allocate(Type, Dims);
        CopyTo(copy);
        return copy;
    }

    /// <summary>Copies the contents to a tensor of the same type and count.</summary>
    /// <exception cref="InferenceException">The target is of another type or count.</exception>
    public void CopyTo(Tensor target)
    {
        if (target.Type != Type || target.Count != Count)
        {
            ThrowUnlike(this, target);
        }

        if (Type == ElementType.String)
        {
            Strings.CopyTo(target.Strings);
        }
        else
        {
            LargeBlocks.Copy(Data, target.Data, ByteCount);
        }
    }

    /// <summary>Sets the contents to zero; not for strings.</summary>
    public void Clear() => LargeBlocks.Clear(Data, ByteCount);

    /// <summary>Integer contents (int32, int64 and the other integer types) as 64-bit numbers.</summary>
    public long[] ToInt64Array()
    {
        var result = new long[Count];
        for (long i = 0; i < result.Length; i++)
        {
            result[i] = Type switch
            {
                ElementType.Int64 => ((long*)Data)[i],
                ElementType.Int32 => ((int*)Data)[i],
                ElementType.Int16 => ((short*)Data)[i],
                ElementType.Int8 => ((sbyte*)Data)[i],
                ElementType.UInt64 => (long)((ulong*)Data)[i],
                ElementType.UInt32 => ((uint*)Data)[i],
                ElementType.UInt16 => ((ushort*)Data)[i],
                ElementType.UInt8 or ElementType.Bool => Data[i],
                _ => throw new InferenceException($"Expected integers, got a {Type.Name()} tensor."),
            };
        }

        return result;
    }

    public override string ToString() => $"{Type.Name()}{TensorShape.Format(_dims)}";

    private void SetShape(ElementType type, ReadOnlySpan<long> dims)
    {
        Type = type;
        if (dims.Length == _dims.Length)
        {
            dims.CopyTo(_dims);
        }
        else
        {
            _dims = dims.ToArray();
        }

        Count = TensorShape.Count(dims);
    }

    [DoesNotReturn]
    private void ThrowTooLarge() => throw new InferenceException($"The tensor {this} has more than {int.MaxValue} elements or bytes; this operator supports at most that many. Split it along an axis.");

    [DoesNotReturn]
    private static void ThrowUnlike(Tensor source, Tensor target) =>
        throw new InvalidInputException($"{source} cannot be reinterpreted as {target}: expected the same number of elements. Check the shapes that the model computes and declares.");
}
