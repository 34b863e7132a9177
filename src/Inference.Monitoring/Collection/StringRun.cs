using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Strings that are adjacent elements of rows.</summary>
internal sealed class StringRun(ColumnDefinition[] columns, ColumnEncoder[] encoders, int firstColumn, int offset) : ColumnRun(firstColumn, columns.Length)
{
    private readonly int _element = columns[0].Index;
    private readonly int _width = columns[0].Width;

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        ReadOnlySpan<string> data = tensor.AsSpan<string>();
        for (int row = 0; row < rows; row++)
        {
            int first = ((segments.IsEmpty ? 0 : segments[row]) * stripe.Cells) + offset;
            ReadOnlySpan<string> values = data.Slice(((start + row) * _width) + _element, Count);
            for (int i = 0; i < values.Length; i++)
            {
                stripe.Counts[first + encoders[i].CellOf(values[i] ?? "")]++;
                first += columns[i].Layout.Count;
            }
        }
    }
}
