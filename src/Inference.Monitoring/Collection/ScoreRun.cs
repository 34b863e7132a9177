using System.Runtime.CompilerServices;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Scores that are adjacent elements of rows of float32. The bins have equal widths of 2⁻⁸, so that a product and a conversion find them exactly.</summary>
internal sealed class ScoreRun(ColumnDefinition[] columns, int firstColumn, int offset) : ColumnRun(firstColumn, columns.Length)
{
    private readonly int _element = columns[0].Index;
    private readonly int _width = columns[0].Width;
    private readonly float[] _center = Array.ConvertAll(columns, static c => (float)c.Center);
    private readonly float[] _scale = Array.ConvertAll(columns, static c => (float)c.Scale);
    private readonly CellLayout _layout = columns[0].Layout;

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        ReadOnlySpan<float> data = TensorElements.Of<float>(tensor).Slice(start * _width, rows * _width)[_element..];
        for (int row = 0; row < rows; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            ref int counts = ref stripe.Counts[(part * stripe.Cells) + offset];
            Span<long> sums = stripe.Sums.Span.Slice((part * stripe.Columns) + FirstColumn, Count);
            Span<long> squares = stripe.Squares.Span.Slice((part * stripe.Columns) + FirstColumn, Count);
            ReadOnlySpan<float> values = data.Slice(row * _width, Count);
            for (int i = 0; i < values.Length; i++)
            {
                float x = values[i];
                long q = FixedPoint.Of(x, _center[i], _scale[i]);
                sums[i] += q;
                squares[i] += q * q;
                int cell = x is >= 0 and <= 1 ? _layout.First + Math.Min((int)(x * CellLayout.ScoreBins), CellLayout.ScoreBins - 1) : Outside(x);
                Unsafe.Add(ref counts, (i * _layout.Count) + cell)++;
            }
        }
    }

    private int Outside(float x) =>
        float.IsNaN(x) ? _layout.NaN :
        float.IsNegativeInfinity(x) ? _layout.NegativeInfinity :
        float.IsPositiveInfinity(x) ? _layout.PositiveInfinity :
        x < 0 ? _layout.Under : _layout.Over;
}
