using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>What drift statistics read of a column's counts: its cells (those of a score joined to at most 32 bins), the events over them, and two scores of each ordered cell. Immutable; decided by the reference's counts.</summary>
internal sealed class CellCoding
{
    /// <summary>The most coded cells that a column has: of categories, with other, unseen and missing.</summary>
    public const int MostCells = CellLayout.MaxCategories + 3;

    // As many as a numeric column has: more cells need more limits, and each then shows less.
    private const int MostBins = CellLayout.MaxNumericBins;

    // −∞ and under come before the bins, over and +∞ after them.
    private const int SpecialsAtAnEnd = 2;

    private static readonly double[] s_tails = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98];

    private readonly byte[]? _cells;

    /// <summary>Initializes a coding.</summary>
    /// <param name="reference">The reference's counts.</param>
    /// <param name="ordered">The number of cells, from the first, in ascending order of value; 0 for categories.</param>
    /// <param name="values">For categories, the number of cells, from the first, that stand for one value each.</param>
    /// <param name="rising">A cell of which only a growing share is a change; −1: all cells, in both directions.</param>
    public CellCoding(ReadOnlySpan<long> reference, int ordered, int values, int rising = -1)
    {
        IsRising = rising >= 0;
        if (ordered > MostBins + (2 * SpecialsAtAnEnd))
        {
            _cells = Join(reference, ordered);
            Ordered = _cells[ordered - 1] + 1;
            Count = _cells[^1] + 1;
        }
        else
        {
            (Ordered, Count) = (ordered, reference.Length);
        }

        Reference = new long[Count];
        Code(reference, Reference);
        Total = CellDistances.Total(Reference);
        Location = new float[Ordered];
        Events = IsRising ? [new CellEvent((byte)rising, (byte)(rising + 1), CellEventKind.Bin)] : [.. ListEvents(ordered > 0 ? 0 : values)];
        Score();
    }

    /// <summary>The number of coded cells.</summary>
    public int Count { get; }

    /// <summary>The number of coded cells, from the first, in ascending order of value.</summary>
    public int Ordered { get; }

    /// <summary>The reference's counts, coded.</summary>
    public long[] Reference { get; }

    /// <summary>The reference's rows.</summary>
    public long Total { get; }

    /// <summary>The events that have a limit.</summary>
    public CellEvent[] Events { get; }

    /// <summary>Of categories, what the share of the cell of unseen values is known by; null where it is a share of the counts as any other.</summary>
    public Novelty? Novelty { get; init; }

    /// <summary>Whether an event is that of unseen values whose share <see cref="Novelty"/> bounds.</summary>
    public bool IsNovelty(CellEvent e) => Novelty is not null && Ordered == 0 && e.First == Count - 2 && e.Kind == CellEventKind.Special;

    /// <summary>Whether only a growing share of the one event is a change.</summary>
    public bool IsRising { get; }

    /// <summary>z, the normal score of a cell's middle rank among the ordered cells. The other cells have a score of 0.</summary>
    public float[] Location { get; }

    /// <summary>Whether location and spread mean something: at least three ordered cells are occupied.</summary>
    public bool HasScores { get; private set; }

    /// <summary>Codes a column's counts.</summary>
    public void Code(ReadOnlySpan<long> counts, Span<long> coded)
    {
        if (_cells is null)
        {
            counts.CopyTo(coded);
            return;
        }

        coded.Clear();
        for (int i = 0; i < counts.Length; i++)
        {
            coded[_cells[i]] += counts[i];
        }
    }

    /// <summary>The score of an ordered cell that grows with the distance from the middle, from its normal score z: (z² − 1) ÷ 2.</summary>
    public static double SpreadOf(double location) => ((location * location) - 1) / 2;

    /// <summary>Writes a score of all coded cells.</summary>
    /// <param name="spread">Whether it is that of spread rather than of location.</param>
    /// <param name="scores">Is written, [<see cref="Count"/>].</param>
    public void Score(bool spread, Span<double> scores)
    {
        scores.Clear();
        for (int i = 0; i < Location.Length; i++)
        {
            scores[i] = spread ? SpreadOf(Location[i]) : Location[i];
        }
    }

    // Bins of at least 1/32 of the rows each; special cells stay apart.
    private static byte[] Join(ReadOnlySpan<long> reference, int ordered)
    {
        var cells = new byte[reference.Length];
        double rows = Math.Max(CellDistances.Total(reference[..ordered]), 1), passed = 0;
        int cell = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            cells[i] = (byte)cell;
            if (i < SpecialsAtAnEnd || i >= ordered - SpecialsAtAnEnd - 1)
            {
                cell++;
                continue;
            }

            passed += reference[i];
            if (passed >= (cell - SpecialsAtAnEnd + 1) * rows / MostBins && cell < SpecialsAtAnEnd + MostBins - 1)
            {
                cell++;
            }
        }

        return cells;
    }

    private IEnumerable<CellEvent> ListEvents(int values)
    {
        for (int i = 0; i < Count; i++)
        {
            bool special = Ordered > 0 ? i < SpecialsAtAnEnd || i >= Ordered - SpecialsAtAnEnd : i >= values;
            yield return new CellEvent((byte)i, (byte)(i + 1), special ? CellEventKind.Special : CellEventKind.Bin);
        }

        double below = 0, rows = CellDistances.Total(Reference.AsSpan(0, Ordered));
        for (int i = 0, next = 0; i < Ordered && next < s_tails.Length; i++)
        {
            below += Reference[i];
            if (rows > 0 && below >= s_tails[next] * rows && below < rows)
            {
                yield return new CellEvent(0, (byte)(i + 1), CellEventKind.Tail);
                while (next < s_tails.Length && below >= s_tails[next] * rows)
                {
                    next++;
                }
            }
        }
    }

    private void Score()
    {
        double rows = CellDistances.Total(Reference.AsSpan(0, Ordered)), below = 0;
        int occupied = 0;
        for (int i = 0; i < Ordered; i++)
        {
            // Half a row keeps cells outside of the reference at a finite rank.
            double rank = (below + (Reference[i] / 2.0) + 0.5) / (rows + 1), z = SpecialFunctions.NormalQuantile(Math.Clamp(rank, 1e-9, 1 - 1e-9));
            Location[i] = (float)z;
            below += Reference[i];
            occupied += Reference[i] > 0 ? 1 : 0;
        }

        HasScores = occupied >= 3;
    }
}
