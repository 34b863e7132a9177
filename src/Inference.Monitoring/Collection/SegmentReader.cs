using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Reads the segment of each row: s for the s-th value of a categorical column, 0 for all others. Immutable; thread-safe.</summary>
internal sealed class SegmentReader(ColumnDefinition column, ColumnEncoder encoder, int segments)
{
    /// <summary>to[i] = the segment of row start + i; 0 if it cannot be read.</summary>
    public void Read(NamedValues inputs, NamedValues? outputs, int start, Span<byte> to)
    {
        NamedValues? values = column.Side == ColumnSide.Input ? inputs : outputs;
        if (values is null || !values.TryGetValue(column.Tensor, out ModelValue? value) || value is not TensorValue tensor || tensor.ElementCount < (long)(start + to.Length) * column.Width)
        {
            to.Clear();
            return;
        }

        Span<int> cells = stackalloc int[Collector.BlockRows];
        cells = cells[..to.Length];
        encoder.CellsOf(tensor, ((long)start * column.Width) + column.Index, column.Width, cells);
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = Part(cells[i]);
        }
    }

    private byte Part(int cell) => (byte)(cell < segments ? cell + 1 : 0);
}
