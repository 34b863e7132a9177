namespace Inference.Benchmarks.Monitoring;

/// <summary>A reference drawn from a pool, and the cells of pools under it: 32 bins of equal counts, or categories.</summary>
internal sealed class PoolCells
{
    public const int Bins = 32;
    public const int Cells = Bins + 6;

    private readonly float[][] _edges;

    public PoolCells(ValuePool pool, int rows, int seed)
    {
        var random = new Random(seed);
        int[] drawn = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            drawn[i] = random.Next(pool.Rows);
        }

        _edges = new float[pool.Columns][];
        Layouts = new (int Ordered, int Values)[pool.Columns];
        Reference = new long[pool.Columns][];
        var values = new float[rows];
        for (int j = 0; j < pool.Columns; j++)
        {
            int kept = 0;
            foreach (int i in drawn)
            {
                float value = pool.Values[(i * pool.Columns) + j];
                if (!float.IsNaN(value))
                {
                    values[kept++] = value;
                }
            }

            Array.Sort(values, 0, kept);
            _edges[j] = pool.IsCategorical[j] ? Distinct(values, kept) : Quantiles(values, kept);
            Layouts[j] = pool.IsCategorical[j] ? (0, _edges[j].Length) : (_edges[j].Length + 3, 0);
            Reference[j] = new long[Cells];
            foreach (int i in drawn)
            {
                Reference[j][CellOf(pool.IsCategorical[j], _edges[j], pool.Values[(i * pool.Columns) + j])]++;
            }
        }
    }

    public (int Ordered, int Values)[] Layouts { get; }

    public long[][] Reference { get; }

    /// <summary>The cells of a pool, row-major.</summary>
    public byte[] Encode(ValuePool pool)
    {
        var cells = new byte[pool.Values.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            int j = i % pool.Columns;
            cells[i] = (byte)CellOf(pool.IsCategorical[j], _edges[j], pool.Values[i]);
        }

        return cells;
    }

    /// <summary>The cells of a pool that differs from an encoded one in a column alone.</summary>
    public byte[] Encode(ValuePool pool, byte[] like, int column)
    {
        byte[] cells = [.. like];
        for (int i = column; i < cells.Length; i += pool.Columns)
        {
            cells[i] = (byte)CellOf(pool.IsCategorical[column], _edges[column], pool.Values[i]);
        }

        return cells;
    }

    // Ordered: −∞, under, bins, over, +∞, NaN, missing. Categories: values, other, unseen, missing.
    private static int CellOf(bool categorical, float[] edges, float value)
    {
        if (categorical)
        {
            int place = Array.BinarySearch(edges, value);
            return place >= 0 ? place : float.IsNaN(value) ? edges.Length + 2 : edges.Length + 1;
        }

        int bins = edges.Length - 1;
        if (!(value >= edges[0]))
        {
            return float.IsNaN(value) ? bins + 4 : float.IsNegativeInfinity(value) ? 0 : 1;
        }

        if (value > edges[^1])
        {
            return float.IsPositiveInfinity(value) ? bins + 3 : bins + 2;
        }

        int index = Array.BinarySearch(edges, value);
        index = index >= 0 ? index : ~index - 1;
        return 2 + Math.Min(index, bins - 1);
    }

    private static float[] Distinct(float[] sorted, int count) => [.. sorted.Take(count).Distinct()];

    private static float[] Quantiles(float[] sorted, int count)
    {
        List<float> edges = [sorted[0]];
        for (int b = 1; b <= Bins; b++)
        {
            float edge = sorted[Math.Min(b * count / Bins, count - 1)];
            if (edge > edges[^1])
            {
                edges.Add(edge);
            }
        }

        if (edges.Count == 1)
        {
            edges.Add(MathF.BitIncrement(edges[0]));
        }

        return [.. edges];
    }
}
