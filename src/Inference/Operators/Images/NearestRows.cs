using System.Runtime.CompilerServices;
using Inference.Operators.Movement;

namespace Inference.Operators.Images;

/// <summary>The rows of a Resize to nearest elements along the last axis that changes.</summary>
internal static class NearestRows
{
    /// <summary>Where rows of the source start, elements, from row <paramref name="row"/> of the target on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(AxisTable[] tables, ReadOnlySpan<long> source, ReadOnlySpan<long> target, long row, Span<nint> offsets)
    {
        int last = tables[^1].Axis;
        int axis = last - 1;
        if (axis < 0)
        {
            offsets.Clear();
            return;
        }

        // Rows along the axis before differ in its position alone.
        AxisTable? table = tables.Length > 1 && tables[^2].Axis == axis ? tables[^2] : null;
        nint stride = (nint)ShapeRules.Product(source, last, source.Length);
        long size = target[axis];
        for (int i = 0; i < offsets.Length;)
        {
            (long outer, long at) = Math.DivRem(row + i, size);
            nint start = Start(tables, source, target, outer, axis) * stride;
            int count = (int)Math.Min(offsets.Length - i, size - at);
            for (int k = 0; k < count; k++)
            {
                offsets[i + k] = start + ((nint)(table is null ? at + k : table.Indices[at + k]) * stride);
            }

            i += count;
        }
    }

    // The first row of the source for a position along the axes before one.
    private static nint Start(AxisTable[] tables, ReadOnlySpan<long> source, ReadOnlySpan<long> target, long outer, int axis)
    {
        long rows = 0;
        long stride = source[axis];
        int table = tables.Length - 2;
        table -= table >= 0 && tables[table].Axis == axis ? 1 : 0;
        for (axis--; axis >= 0; axis--)
        {
            (outer, long at) = Math.DivRem(outer, target[axis]);
            if (table >= 0 && tables[table].Axis == axis)
            {
                at = tables[table--].Indices[at];
            }

            rows += at * stride;
            stride *= source[axis];
        }

        return (nint)rows;
    }
}
