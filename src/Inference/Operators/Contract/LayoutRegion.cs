using System.Diagnostics.CodeAnalysis;

namespace Inference.Operators.Contract;

/// <summary>The values that exist with channels last.</summary>
/// <param name="last">For a value in declared order its form with channels last.</param>
internal sealed class LayoutRegion(IReadOnlyDictionary<Value, Value> last)
{
    /// <summary>The form of an input with channels last; false where there is none, or its rank is not 3 or 4.</summary>
    public bool TryGet(Node node, int input, [NotNullWhen(true)] out Value? value, out int rank)
    {
        value = node.HasInput(input) ? Last(node.Inputs[input]!) : null;
        rank = value?.Type?.Shape?.Count ?? 0;
        return rank is 3 or 4;
    }

    /// <summary>The form of a value with channels last; null where there is none.</summary>
    public Value? Last(Value value) => last.GetValueOrDefault(value);

    /// <summary>Where an axis of the declared order lies.</summary>
    public static long AxisOf(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive switch { 0 => 0, 1 => rank - 1, _ => positive - 1 };
    }

    /// <summary>A constant of one value for each axis, or several such lists, in the order of the region.</summary>
    public static Value Reordered(string name, Tensor given, int rank)
    {
        Tensor moved = given.Clone();
        int size = given.Type.BitWidth() / 8;
        Span<byte> from = given.Bytes;
        Span<byte> to = moved.Bytes;
        for (int i = 0; i < given.Count; i++)
        {
            int target = (i / rank * rank) + (int)AxisOf(i % rank, rank);
            from.Slice(i * size, size).CopyTo(to[(target * size)..]);
        }

        return ConstantValue.Of(name, moved);
    }
}
