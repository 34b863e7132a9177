using Inference.Data.Contract;

namespace Inference.Data.Mapping;

/// <summary>The shape that a model wants its rows in, and whether columns can have it. Axes of size 1 come and go, and flat rows take any shape of as many elements; axes are not swapped.</summary>
internal static class RowFit
{
    /// <summary>The elements of a row; null where the model leaves them open.</summary>
    public static long? Width(ModelPort port) => port.Type.Shape is { Count: > 0 } shape && shape.Skip(1).All(static d => d.IsFixed) ? (long)DataLimits.Product(shape.Skip(1).Select(static d => d.Size!.Value)) : null;

    /// <summary>The shape of a row of the input when it is built from one column; null if it cannot be.</summary>
    public static IReadOnlyList<long>? Of(ModelPort port, IReadOnlyList<long> row)
    {
        if (port.Type.Shape is not { } shape)
        {
            return row;
        }

        if (shape.Count == 0)
        {
            return null;
        }

        Dimension[] wanted = [.. shape.Skip(1)];
        if (wanted.Length == row.Count && wanted.Index().All(d => d.Item.Size is not { } size || size == row[d.Index]))
        {
            return row;
        }

        // From here on every size must be known, except one that follows from the others.
        long elements = (long)DataLimits.Product(row);
        long known = (long)DataLimits.Product(wanted.Where(static d => d.IsFixed).Select(static d => d.Size!.Value));
        if (wanted.Count(static d => !d.IsFixed) is var open && (open > 1 || known == 0 || (open == 0 ? known != elements : elements % known != 0)))
        {
            return null;
        }

        long[] made = [.. wanted.Select(d => d.Size ?? elements / known)];
        long[] from = [.. row.Where(static size => size != 1)];
        long[] to = [.. made.Where(static size => size != 1)];
        return from.Length <= 1 || to.Length <= 1 || from.SequenceEqual(to) ? made : null;
    }
}
