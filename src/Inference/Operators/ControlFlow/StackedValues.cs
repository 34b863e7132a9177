using System.Runtime.InteropServices;
using Inference.Operators.Movement;

namespace Inference.Operators.ControlFlow;

/// <summary>Collects a tensor of each iteration, for as many iterations as come, and stacks them along a new leading axis. Grows with what came, never with what was announced.</summary>
internal sealed class StackedValues : IMemoryHolder
{
    private readonly List<string> _strings = [];
    private ElementType _type;
    private long[] _dims = [];
    private byte[] _bytes = [];
    private long _used;
    private long _count;

    /// <summary>Starts anew, in the memory that is kept.</summary>
    public void Begin()
    {
        _strings.Clear();
        _used = 0;
        _count = 0;
    }

    /// <summary>Lets go of strings, and of memory beyond so many bytes; returns the bytes kept.</summary>
    public long Keep(long most)
    {
        _strings.Clear();
        if (_bytes.LongLength > most)
        {
            _bytes = [];
        }

        return _bytes.LongLength;
    }

    public void Count(MemoryCount count)
    {
        count.Add(CollectionsMarshal.AsSpan(_strings));
        count.AddBytes(_bytes.LongLength);
    }

    public void Add(KernelContext context, Tensor item, int output)
    {
        if (_count == 0)
        {
            // The tensor itself may be another iteration's later.
            _type = item.Type;
            _dims = item.Dims.SequenceEqual(_dims) ? _dims : item.Dims.ToArray();
        }
        else if (item.Type != _type || !item.Dims.SequenceEqual(_dims))
        {
            throw context.Error($"output {output}: expected {_type.Name()}{TensorShape.Format(_dims)} from every iteration, got {item} from iteration {_count}.");
        }

        _count++;
        if (item.Type == ElementType.String)
        {
            context.Claim(item.Count * nint.Size);
            _strings.AddRange(item.Strings);
            return;
        }

        // Packed items would not start on whole bytes: one byte an element until the end.
        Tensor data = item.Type.IsPacked() ? Packing.Unpack(context, item) : item;
        ReadOnlySpan<byte> bytes = data.Bytes;
        if (_used + bytes.Length > _bytes.Length)
        {
            long wanted = Math.Max(Math.Max(256, _used + bytes.Length), Math.Min(2L * _bytes.Length, Array.MaxLength));
            if (wanted > Array.MaxLength)
            {
                throw context.Error($"output {output}: the stacked iterations exceed {Array.MaxLength} bytes.");
            }

            // Old and new block live side by side while one is copied to the other.
            context.Claim(wanted);
            Array.Resize(ref _bytes, (int)wanted);
        }

        bytes.CopyTo(_bytes.AsSpan((int)_used));
        _used += bytes.Length;
        if (data != item)
        {
            context.Control.Memory.Settle(KernelContext.MemoryOf(data.Type, data.Dims));
        }
    }

    /// <summary>Writes the stacked tensor [iterations, …]; <paramref name="declared"/> gives type and shape where no iteration ran, and <paramref name="emptyAxis"/> where its axis of size 0 stands.</summary>
    public void Finish(KernelContext context, ModelValueType? declared, int output, long emptyAxis = 0)
    {
        if (_count == 0)
        {
            if (declared is not { Kind: ModelValueKind.Tensor, ElementType: not ElementType.Undefined })
            {
                throw context.Error($"output {output}: no iteration ran and the body does not state the output's type.");
            }

            long[] item = declared.Shape is null ? [] : [.. declared.Shape.Select(d => d.Size ?? 0)];
            int axis = Shapes.Axis(context, emptyAxis, item.Length + 1);
            context.Output(output, declared.ElementType, [.. item.AsSpan(0, axis), 0, .. item.AsSpan(axis)]);
            return;
        }

        Span<long> dims = stackalloc long[_dims.Length + 1];
        dims[0] = _count;
        _dims.CopyTo(dims[1..]);
        Tensor result = context.Output(output, _type, dims);
        if (_type == ElementType.String)
        {
            _strings.CopyTo(result.Strings);
        }
        else if (_type.IsPacked())
        {
            Tensor unpacked = context.Allocate(ElementType.UInt8, dims);
            _bytes.AsSpan(0, (int)_used).CopyTo(unpacked.Bytes);
            Packing.Pack(unpacked, result);
        }
        else
        {
            _bytes.AsSpan(0, (int)_used).CopyTo(result.Bytes);
        }
    }
}
