using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Inference.Onnx;

namespace Inference.Import;

/// <summary>Turns tensors of the file into constants of the engine.</summary>
internal static unsafe class TensorImport
{
    // What is smaller is copied into aligned memory, and needs no handle that each collection visits; twice in memory are then 16 KB of a constant at most. Larger weights are read in place.
    private const int CopyBelow = 1 << 14;

    // The number of bytes of a large tensor that are copied at a time.
    private const int PartBytes = 1 << 26;

    /// <summary>A constant over the file's memory where that is large, else over a copy.</summary>
    /// <exception cref="ModelLoadException">The tensor's data does not fit its type and shape.</exception>
    public static Tensor FromOnnx(OnnxTensor source)
    {
        var type = (ElementType)(int)source.ElementType;
        if (type == ElementType.Undefined || !Enum.IsDefined(type))
        {
            throw new ModelLoadException($"Tensor '{source.Name}': expected a known element type, got {(int)source.ElementType}. Update the library, or export the model with another type.");
        }

        foreach (long dimension in source.Dims)
        {
            if (dimension < 0)
            {
                throw new ModelLoadException($"Tensor '{source.Name}': expected dimensions of 0 or more, got {TensorShape.Format(source.Dims)}. The file is damaged.");
            }
        }

        if (type == ElementType.String)
        {
            return Strings(source);
        }

        if (source.ByteCount > int.MaxValue)
        {
            return Large(source, type);
        }

        ReadOnlyMemory<byte> bytes = source.GetBytes();
        if (bytes.Length < CopyBelow || PinnedBlock.IsExact)
        {
            Tensor copy = Tensor.Allocate(type, source.Dims);
            bytes.Span.CopyTo(copy.Bytes);
            return copy;
        }

        MemoryHandle pin = bytes.Pin();
        var owner = new PinOwner(bytes, pin);
        if (!MayLieAt(pin.Pointer, type))
        {
            Tensor aligned = Tensor.Allocate(type, source.Dims);
            bytes.Span.CopyTo(aligned.Bytes);
            owner.Release();
            return aligned;
        }

        var tensor = new Tensor();
        tensor.Set(type, source.Dims, pin.Pointer, owner);
        return tensor;
    }

    // A file does not align its tensors. Processors of 64 bits read elements and vectors at any address; a copy would take the time of reading the file again, since every page of it is new.
    private static bool MayLieAt(void* address, ElementType type) => Environment.Is64BitProcess || (nuint)address % (nuint)Math.Max(1, type.BitWidth() / 8) == 0;

    // More bytes than a span can have: used in place if the file is mapped as one block, otherwise copied.
    private static Tensor Large(OnnxTensor source, ElementType type)
    {
        long bytes = source.ByteCount;
        if (TensorShape.Count(source.Dims) > Array.MaxLength)
        {
            throw new ModelLoadException($"Tensor '{source.Name}': expected at most {Array.MaxLength} elements, got {type.Name()}{TensorShape.Format(source.Dims)}. Split it along an axis.");
        }

        ReadOnlyMemory<byte> first = source.GetBytes(0, 1);
        var owner = new PinOwner(first, first.Pin());
        using MemoryHandle last = source.GetBytes(bytes - 1, 1).Pin();
        if ((byte*)last.Pointer - owner.Address == bytes - 1 && MayLieAt(owner.Address, type) && !PinnedBlock.IsExact)
        {
            var tensor = new Tensor();
            tensor.Set(type, source.Dims, owner.Address, owner);
            return tensor;
        }

        owner.Release();
        Tensor copy = Tensor.Allocate(type, source.Dims);
        for (long done = 0; done < bytes; done += PartBytes)
        {
            ReadOnlySpan<byte> part = source.GetBytes(done, (int)Math.Min(PartBytes, bytes - done)).Span;
            part.CopyTo(new(copy.Data + done, part.Length));
        }

        return copy;
    }

    /// <summary>A sparse tensor as a dense constant: zeros where nothing is stored.</summary>
    public static Tensor FromOnnx(OnnxSparseTensor source)
    {
        Tensor values = FromOnnx(source.Values);
        Tensor indices = FromOnnx(source.Indices);
        long count = TensorShape.Count(source.Dims);
        if (count > 1L << 31)
        {
            throw new ModelLoadException($"Sparse tensor '{source.Name}': expected at most 2^31 elements in dense form, got {count}.");
        }

        Tensor dense = Tensor.Allocate(values.Type, source.Dims);
        if (values.Type == ElementType.String)
        {
            throw new ModelLoadException($"Sparse tensor '{source.Name}': expected numbers, got strings.");
        }

        dense.Bytes.Clear();
        int size = values.Type.BitWidth() / 8;
        long[] index = indices.ToInt64Array();
        int rank = source.Dims.Length;
        bool linear = indices.Rank == 1;
        if (size == 0 || index.LongLength != values.Count * (linear ? 1 : rank))
        {
            throw new ModelLoadException($"Sparse tensor '{source.Name}': expected one index for each of {values.Count} values, got indices {indices}.");
        }

        for (long i = 0; i < values.Count; i++)
        {
            long offset = linear ? index[i] : 0;
            for (int axis = 0; !linear && axis < rank; axis++)
            {
                offset = offset * source.Dims[axis] + index[i * rank + axis];
            }

            if ((ulong)offset >= (ulong)count)
            {
                throw new ModelLoadException($"Sparse tensor '{source.Name}': index {offset} is outside the shape {TensorShape.Format(source.Dims)}.");
            }

            Buffer.MemoryCopy(values.Data + i * size, dense.Data + offset * size, size, size);
        }

        GC.KeepAlive(values);

        return dense;
    }

    private static Tensor Strings(OnnxTensor source)
    {
        long count = TensorShape.Count(source.Dims);
        if (count != source.StringData.Count)
        {
            throw new ModelLoadException($"Tensor '{source.Name}': expected {count} strings for shape {TensorShape.Format(source.Dims)}, got {source.StringData.Count}.");
        }

        var strings = new string[count];
        for (int i = 0; i < strings.Length; i++)
        {
            strings[i] = Encoding.UTF8.GetString(source.StringData[i].Span);
        }

        var tensor = new Tensor();
        tensor.SetStrings(source.Dims, strings);
        return tensor;
    }

    /// <summary>Keeps a pinned piece of the file in place as long as a constant refers to it.</summary>
    private sealed class PinOwner(ReadOnlyMemory<byte> memory, MemoryHandle pin)
    {
        private MemoryHandle _pin = pin;

        // The slice refers to the owner of a mapping; holding it keeps the mapping alive.
        public ReadOnlyMemory<byte> Memory => memory;

        public byte* Address => (byte*)_pin.Pointer;

        public void Release()
        {
            _pin.Dispose();
            GC.SuppressFinalize(this);
        }

        ~PinOwner() => _pin.Dispose();
    }
}
