using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>Columns that are statistics of whole rows of one tensor.</summary>
internal sealed class DerivedRun : ColumnRun
{
    /// <summary>The largest number of columns of one run, for which there is room on the stack: more than the statistics of 16 channels and the projections.</summary>
    public const int MaxColumns = 128;


    private readonly DerivedReader _reader;
    private readonly ColumnEncoder[] _encoders;
    private readonly int[] _offsets;

    public DerivedRun(ReadOnlySpan<ColumnDefinition> columns, ReadOnlySpan<ColumnEncoder> encoders, int firstColumn, int offset)
        : base(firstColumn, columns.Length)
    {
        _reader = new DerivedReader(columns);
        _encoders = encoders.ToArray();
        _offsets = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            _offsets[i] = offset;
            offset += columns[i].Layout.Count;
        }
    }

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<double> values = stackalloc double[MaxColumns];
        values = values[..Count];
        for (int row = 0; row < rows; row++)
        {
            _reader.Read(tensor, start + row, values);
            for (int i = 0; i < values.Length; i++)
            {
                GeneralRun.CountRows(values.Slice(i, 1), _encoders[i], FirstColumn + i, _offsets[i], segments.IsEmpty ? [] : segments.Slice(row, 1), stripe);
            }
        }
    }
}
