namespace Inference.Monitoring.Collection;

/// <summary>Consecutive columns of one tensor that are counted by the same code. Immutable; thread-safe.</summary>
/// <param name="firstColumn">The place of the first column in the profile.</param>
/// <param name="count">The number of columns.</param>
internal abstract class ColumnRun(int firstColumn, int count)
{
    public int FirstColumn { get; } = firstColumn;

    public int Count { get; } = count;

    /// <summary>Counts rows.</summary>
    /// <param name="tensor">The tensor, with the element type and row width that the run was made for.</param>
    /// <param name="start">The first row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="segments">The part of the stripe that each row belongs to; empty if all belong to part 0.</param>
    /// <param name="stripe">The counters.</param>
    public abstract void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe);
}
