using Inference.Operators.ControlFlow;
using Inference.Operators.Movement;

namespace Inference.Operators.Sequences;

/// <summary>Types and positions of sequences.</summary>
internal static class SequenceTypes
{
    /// <summary>The element type of a sequence input; null where it is not known.</summary>
    public static ModelValueType? ElementOf(InferContext context, int input)
    {
        ModelValueType? type = context.InputValueType(input);
        if (type is { Kind: ModelValueKind.Optional })
        {
            type = type.Element;
        }

        if (type is not null && type.Kind != ModelValueKind.Sequence)
        {
            throw context.Error($"input {input}: expected a sequence, got {type}.");
        }

        return type?.Element;
    }

    /// <summary>The type of the items of a sequence that gains an item of another shape.</summary>
    public static ModelValueType? Join(InferContext context, ModelValueType? items, ModelValueType? item)
    {
        if (items is null || item is null)
        {
            return items ?? item;
        }

        if (items.Kind == ModelValueKind.Tensor && item.Kind == ModelValueKind.Tensor && items.ElementType != ElementType.Undefined && item.ElementType != ElementType.Undefined
            && items.ElementType != item.ElementType)
        {
            throw context.Error($"expected items of {items.ElementType.Name()} like the others, got {item.ElementType.Name()}.");
        }

        return SubgraphTypes.Either(items, item) ?? items;
    }

    /// <summary>The sequence of a run.</summary>
    public static SequenceData Get(KernelContext context, int input) => context.InputValue(input) switch
    {
        SequenceData sequence => sequence,
        OptionalData { Value: SequenceData sequence } => sequence,
        EngineValue other => throw context.Error($"input {input}: expected a sequence, got a {other.Kind.ToString().ToLowerInvariant()}."),
        null => throw context.Error($"input {input}: expected a sequence, got none."),
    };

    /// <summary>A value that owns its memory.</summary>
    public static EngineValue Own(KernelContext context, EngineValue value) => value is Tensor tensor ? context.Copy(tensor) : value;

    /// <summary>A position in [−count, count), or, for an insertion, [−count, count].</summary>
    public static int Position(KernelContext context, int input, int count, bool inserting)
    {
        Tensor tensor = context.Input(input);
        long position = tensor.Count == 1 ? Integers.At(tensor, 0) : throw context.Error($"input {input} (position): expected one number, got {tensor}.");
        int last = inserting ? count : count - 1;
        if (position < -count || position > last)
        {
            throw context.Error($"input {input} (position): expected a number in [{-count}, {last}], got {position}.");
        }

        return (int)(position < 0 ? position + count : position);
    }
}
