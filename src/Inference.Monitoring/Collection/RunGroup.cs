using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Columns that are counted one after the other.</summary>
internal sealed class RunGroup : ColumnRun
{
    private readonly GeneralRun[] _runs;

    public RunGroup(ColumnDefinition[] columns, ColumnEncoder[] encoders, int firstColumn, int offset)
        : base(firstColumn, columns.Length)
    {
        _runs = new GeneralRun[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            _runs[i] = new GeneralRun(columns[i], encoders[i], firstColumn + i, offset);
            offset += columns[i].Layout.Count;
        }
    }

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        foreach (GeneralRun run in _runs)
        {
            run.Collect(tensor, start, rows, segments, stripe);
        }
    }
}
