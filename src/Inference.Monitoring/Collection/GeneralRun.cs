using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>One column that is an element of rows of any numeric type.</summary>
internal sealed class GeneralRun(ColumnDefinition column, ColumnEncoder encoder, int place, int offset) : ColumnRun(place, 1)
{
    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<double> values = stackalloc double[Collector.BlockRows];
        values = values[..rows];
        ElementReader.Read(tensor, ((long)start * column.Width) + column.Index, column.Width, values);
        CountRows(values, encoder, FirstColumn, offset, segments, stripe);
    }

    /// <summary>Counts one value of each row.</summary>
    public static void CountRows(ReadOnlySpan<double> values, ColumnEncoder encoder, int column, int offset, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<int> counts = stripe.Counts;
        Span<long> sums = stripe.Sums.Span, squares = stripe.Squares.Span;
        bool ordered = encoder.IsOrdered;
        for (int row = 0; row < values.Length; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            counts[(part * stripe.Cells) + offset + encoder.CellOf(values[row])]++;
            if (ordered)
            {
                long q = encoder.FixedOf(values[row]);
                sums[(part * stripe.Columns) + column] += q;
                squares[(part * stripe.Columns) + column] += q * q;
            }
        }
    }
}
