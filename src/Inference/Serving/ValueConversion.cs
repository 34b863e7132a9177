using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Serving;

/// <summary>Conversion between the caller's values and the engine's.</summary>
internal static unsafe class ValueConversion
{
    /// <summary>Copies a value of the engine into separate memory.</summary>
    public static EngineValue ToEngine(ModelValue value, MemoryBudget memory)
    {
        switch (value)
        {
            case TensorValue tensor:
                return ToEngine(tensor, tensor.Shape, memory);
            case SequenceValue sequence:
                return new SequenceData([.. sequence.Items.Select(i => ToEngine(i, memory))], sequence.ElementType);
            case OptionalValue optional:
                return new OptionalData(optional.Value is { } inner ? ToEngine(inner, memory) : null);
            case MapValue map:
                return new MapData((Tensor)ToEngine(map.Keys, memory), (Tensor)ToEngine(map.Values, memory));
            default:
                throw new InvalidInputException($"A value of kind {value.Kind} was passed; expected a tensor, sequence, map or optional.");
        }
    }

    /// <summary>Copies a tensor of the engine into separate memory, with the same number of elements and possibly another shape.</summary>
    public static Tensor ToEngine(TensorValue value, ReadOnlySpan<long> shape, MemoryBudget memory)
    {
        if (value.ElementType == ElementType.String)
        {
            memory.Claim((long)value.AsSpan<string>().Length * nint.Size);
            var tensor = new Tensor();
            tensor.SetStrings(shape, value.AsSpan<string>().ToArray());
            return tensor;
        }

        // Held while it is copied: another thread may dispose it.
        using (var pin = new TensorPin(value))
        {
            memory.Claim(value.ElementType.ByteCount(TensorShape.Count(shape)));
            Tensor copy = Tensor.Allocate(value.ElementType, shape);
            LargeBlocks.Copy(pin.Address, copy.Data, copy.ByteCount);
            return copy;
        }
    }

    // In parts, so that a run can be stopped between them.
    private static void Copy(ReadOnlySpan<string> from, Span<string> to)
    {
        for (int i = 0; i < from.Length;)
        {
            int stop = (int)LongLoop.Next(i, from.Length);
            from[i..stop].CopyTo(to[i..]);
            i = stop;
        }
    }

    /// <summary>Copies the contents to a tensor of the caller's of the same type and count; not for strings.</summary>
    public static void Copy(Tensor from, TensorValue to)
    {
        if (from.ByteCount <= int.MaxValue)
        {
            LargeBlocks.Copy(from.Bytes, to.AsWritableBytes());
            return;
        }

        using var pin = new TensorPin(to);
        LargeBlocks.Copy(from.Data, pin.Address, from.ByteCount);
    }

    /// <summary>Copies a value of the caller into separate memory.</summary>
    public static ModelValue ToModel(EngineValue value, MemoryBudget memory)
    {
        KernelControl.Poll();
        switch (value)
        {
            case Tensor { Type: ElementType.String } strings:
                memory.Claim(strings.Count * nint.Size);
                TensorValue texts = TensorValue.Allocate(ElementType.String, strings.Dims);
                Copy(strings.Strings, texts.AsWritableSpan<string>());
                return texts;
            case Tensor tensor:
                memory.Claim(tensor.ByteCount);
                TensorValue copy = TensorValue.Allocate(tensor.Type, tensor.Dims);
                Copy(tensor, copy);
                return copy;
            case SequenceData { Items: [MapData, ..] } maps:
                return new SequenceValue(Maps(maps, memory), maps.ElementType);
            case SequenceData sequence:
                return new SequenceValue(sequence.Items.Select(i => ToModel(i, memory)), sequence.ElementType);
            case OptionalData optional:
                return new OptionalValue(optional.Value is null ? null : ToModel(optional.Value, memory));
            case MapData map:
                return new MapValue((TensorValue)ToModel(map.Keys, memory), (TensorValue)ToModel(map.Values, memory));
            default:
                throw new ModelRunException($"The model returned {value}, which cannot be returned to callers.");
        }
    }

    // Adjacent maps usually have the same keys, which they then share.
    private static IEnumerable<ModelValue> Maps(SequenceData maps, MemoryBudget memory)
    {
        Tensor? before = null;
        TensorValue? keys = null;
        foreach (EngineValue item in maps.Items)
        {
            var map = (MapData)item;
            keys = map.Keys == before ? keys!.Retain() : (TensorValue)ToModel(map.Keys, memory);
            before = map.Keys;
            yield return new MapValue(keys, (TensorValue)ToModel(map.Values, memory));
        }
    }
}
