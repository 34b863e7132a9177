using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>The cells of some columns in rows that are spread evenly over the reference, and their features.</summary>
internal sealed class JointSample
{
    private readonly ushort[][] _cells;
    private readonly float[][] _features;

    /// <param name="columns">The columns of the profile.</param>
    /// <param name="places">Those that are sampled.</param>
    /// <param name="rows">Reference rows.</param>
    /// <param name="total">The number of these rows.</param>
    /// <param name="most">About the number of rows to sample, at most twice as many.</param>
    public JointSample(IReadOnlyList<ColumnDefinition> columns, int[] places, IReadOnlyList<ReferenceRows> rows, int total, int most)
    {
        Columns = places;
        int step = Math.Max(total / most, 1);
        Rows = (total + step - 1) / step;
        _cells = [.. places.Select(_ => new ushort[Rows])];
        var reader = new RowCells(columns, [.. columns.Select(static c => new ColumnEncoder(c))], places);
        var block = new ushort[places.Length * RowCells.MaxRows];
        int at = 0, passed = 0;
        foreach (ReferenceRows batch in rows)
        {
            for (int start = 0; start < batch.Rows; start += RowCells.MaxRows)
            {
                int count = Math.Min(batch.Rows - start, RowCells.MaxRows);
                reader.Read(batch.Inputs, batch.Outputs, batch.Rows, start, count, block);
                for (int row = 0; row < count; row++, passed++)
                {
                    for (int i = 0; passed % step == 0 && i < places.Length; i++)
                    {
                        _cells[i][at] = block[(i * RowCells.MaxRows) + row];
                    }

                    at += passed % step == 0 ? 1 : 0;
                }
            }
        }

        Layouts = [.. places.Select(p => columns[p].Layout)];
        _features = [.. _cells.Select((cells, i) => JointFeatures.Of(Layouts[i], CountsOf(cells, Layouts[i].Count)))];
    }

    /// <summary>The places of the columns in the profile.</summary>
    public int[] Columns { get; }

    /// <summary>Their cells.</summary>
    public CellLayout[] Layouts { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The features of a column of the profile.</summary>
    public float[] FeaturesOf(int place) => _features[Array.IndexOf(Columns, place)];

    /// <summary>A feature of each row.</summary>
    /// <param name="column">The place among <see cref="Columns"/>.</param>
    /// <param name="feature">The feature.</param>
    public float[] Feature(int column, int feature)
    {
        int offset = feature * Layouts[column].Count;
        return Array.ConvertAll(_cells[column], cell => _features[column][offset + cell]);
    }

    /// <summary>The value of a residual or parity in each row.</summary>
    /// <param name="joint">The residual or parity.</param>
    /// <param name="columns">The columns of the profile, with their features.</param>
    public double[] ValuesOf(ColumnDefinition joint, IReadOnlyList<ColumnDefinition> columns)
    {
        var reader = new JointValues(joint, columns, c => Array.IndexOf(Columns, c));
        var values = new double[Rows];
        var block = new ushort[Columns.Length * RowCells.MaxRows];
        for (int start = 0; start < Rows; start += RowCells.MaxRows)
        {
            int count = Math.Min(Rows - start, RowCells.MaxRows);
            for (int i = 0; i < _cells.Length; i++)
            {
                _cells[i].AsSpan(start, count).CopyTo(block.AsSpan(i * RowCells.MaxRows));
            }

            reader.Read(block, values.AsSpan(start, count));
        }

        return values;
    }

    private static int[] CountsOf(ushort[] cells, int count)
    {
        var counts = new int[count];
        foreach (ushort cell in cells)
        {
            counts[cell]++;
        }

        return counts;
    }
}
