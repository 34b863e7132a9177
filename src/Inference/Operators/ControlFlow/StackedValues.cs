using System.Runtime.InteropServices;
using Inference.Operators.Movement;

namespace Inference.Operators.ControlFlow;

/// <summary>Collects a tensor of each iteration, for as many iterations as come, and stacks them along a new leading axis. Grows with what came, never with what was announced.</summary>
internal sealed class StackedValues : IMemoryHolder
{
    private readonly List<string> _strings = [];
    private Tensor? _first;
    private byte[] _bytes = [];
    private long _used;
    private long _count;

    public void Count(MemoryCount count)
    {
        count.Add(CollectionsMarshal.AsSpan(_strings));
        count.Add(_first);
        count.AddBytes(_bytes.LongLength);
    }

    public void Add(KernelContext context, Tensor item, int output)
    {
        if (_first is null)
        {
            _first = item;
        }
        else if (item.Type != _first.Type || !item.Dims.SequenceEqual(_first.Dims))
        {
            throw context.Error($"output {output}: expected {_first} from every iteration, got {item} from iteration {_count}.");
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

    /// <summary>The stacked tensor [iterations, …]; <paramref name="declared"/> gives type and shape where no iteration ran, and <paramref name="emptyAxis"/> where its axis of size 0 stands.</summary>
    public Tensor Finish(KernelContext context, ModelValueType? declared, int output, long emptyAxis = 0)
    {
        if (_first is null)
        {
            if (declared is not { Kind: ModelValueKind.Tensor, ElementType: not ElementType.Undefined })
            {
                throw context.Error($"output {output}: no iteration ran and the body does not state the output's type.");
            }

            long[] item = declared.Shape is null ? [] : [.. declared.Shape.Select(d => d.Size ?? 0)];
            int axis = Shapes.Axis(context, emptyAxis, item.Length + 1);
            return context.Allocate(declared.ElementType, [.. item.AsSpan(0, axis), 0, .. item.AsSpan(axis)]);
        }

        long[] dims = [_count, .. _first.Dims];
        if (_first.Type == ElementType.String)
        {
            Tensor strings = context.Allocate(ElementType.String, dims);
            _strings.CopyTo(strings.Strings);
            return strings;
        }

        Tensor result = context.Allocate(_first.Type, dims);
        if (_first.Type.IsPacked())
        {
            Tensor unpacked = context.Allocate(ElementType.UInt8, dims);
            _bytes.AsSpan(0, (int)_used).CopyTo(unpacked.Bytes);
            Packing.Pack(unpacked, result);
        }
        else
        {
            _bytes.AsSpan(0, (int)_used).CopyTo(result.Bytes);
        }

        return result;
    }
}
