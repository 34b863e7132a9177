namespace Inference.Monitoring.Drift;

/// <summary>The event that a row's cell is one of a range.</summary>
/// <param name="First">The first cell.</param>
/// <param name="End">The cell after the last.</param>
/// <param name="Kind">What the range is.</param>
internal readonly record struct CellEvent(byte First, byte End, CellEventKind Kind)
{
    /// <summary>The rows whose cell is in the range.</summary>
    public long CountOf(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        for (int i = First; i < End; i++)
        {
            sum += counts[i];
        }

        return sum;
    }
}
