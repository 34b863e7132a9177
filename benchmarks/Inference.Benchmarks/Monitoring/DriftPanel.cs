using Inference.Monitoring.Drift;

namespace Inference.Benchmarks.Monitoring;

/// <summary>The columns' detectors over a stream that is drawn from pools.</summary>
internal sealed class DriftPanel
{
    private readonly ColumnDetector[] _detectors;
    private readonly long[][] _counts;
    private readonly double _runLength;

    public DriftPanel(ColumnBets[] bets, double runLength)
    {
        _detectors = [.. bets.Select(b => new ColumnDetector(b, runLength / 20))];
        _counts = [.. bets.Select(static _ => new long[PoolCells.Cells])];
        _runLength = runLength;
    }

    public static ColumnBets[] BetsOf(PoolCells cells, double tolerance) =>
        DriftLimits.Create([.. cells.Reference.Select((counts, j) => new CellCoding(counts, cells.Layouts[j].Ordered, cells.Layouts[j].Values))], 0.01, [.. cells.Reference.Select(_ => tolerance)]);

    public double Mean { get; private set; }

    public IReadOnlyList<ColumnDetector> Detectors => _detectors;

    /// <summary>Adds a bucket of rows, each from <paramref name="after"/> with probability <paramref name="share"/>; returns whether the data-set alarm is raised, after which all detectors restart.</summary>
    public bool Add(byte[] before, byte[] after, double share, int rows, Random random)
    {
        int columns = _detectors.Length, poolRows = before.Length / columns;
        foreach (long[] counts in _counts)
        {
            Array.Clear(counts);
        }

        for (int i = 0; i < rows; i++)
        {
            byte[] pool = share > 0 && (share >= 1 || random.NextDouble() < share) ? after : before;
            ReadOnlySpan<byte> row = pool.AsSpan(random.Next(poolRows) * columns, columns);
            for (int j = 0; j < row.Length; j++)
            {
                _counts[j][row[j]]++;
            }
        }

        double sum = 0;
        for (int j = 0; j < columns; j++)
        {
            _detectors[j].Add(_counts[j]);
            sum += _detectors[j].Value;
        }

        Mean = sum / columns;
        if (Mean < _runLength)
        {
            return false;
        }

        foreach (ColumnDetector detector in _detectors)
        {
            detector.Reset();
        }

        return true;
    }
}
