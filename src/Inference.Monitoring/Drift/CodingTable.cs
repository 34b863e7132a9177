using System.IO.Hashing;
using System.Runtime.InteropServices;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>The codings of a profile's columns: columns whose references have the same counts, as all continuous ones without missing values do, share one, and so their bets. Not thread-safe.</summary>
internal sealed class CodingTable
{
    private readonly Dictionary<(UInt128 Counts, int Ordered, int Values, int Rising, Novelty? Novelty), CellCoding> _codings = [];

    /// <summary>Returns the coding of a column; see <see cref="CellCoding(ReadOnlySpan{long}, int, int, int)"/>.</summary>
    /// <param name="reference">The reference's counts.</param>
    /// <param name="ordered">The number of cells, from the first, in ascending order of value; 0 for categories.</param>
    /// <param name="values">For categories, the number of cells that stand for one value each.</param>
    /// <param name="rising">A cell of which only a growing share is a change; −1 for none.</param>
    /// <param name="novelty">What the share of unseen values is known by; null for none.</param>
    public CellCoding Get(ReadOnlySpan<long> reference, int ordered, int values, int rising, Novelty? novelty)
    {
        // A hash of 128 bits stands for the counts.
        (UInt128, int, int, int, Novelty?) key = (XxHash128.HashToUInt128(MemoryMarshal.AsBytes(reference), reference.Length), ordered, values, rising, novelty);
        if (!_codings.TryGetValue(key, out CellCoding? coding))
        {
            coding = new CellCoding(reference, ordered, values, rising) { Novelty = novelty };
            _codings.Add(key, coding);
        }

        return coding;
    }
}
