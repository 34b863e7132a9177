namespace Inference.Batching.Control;

/// <summary>
/// What batching can save of a call, and what it adds to one, in ticks of the clock: the model takes a + b·rows for a run, so that a batch saves all of its calls but one the
/// fixed cost a, and adds to each its share of stacking, slicing and completing, the way into the queue, and the way back to its caller. Estimated from the shortest of
/// each, which noise does not touch: it only adds. Not thread-safe.
/// </summary>
internal sealed class CostEstimate
{
    // Fewer runs than this may all have been disturbed.
    private const int Fewest = 8;

    // The way back (the caller's suspended method, the thread it goes on) cannot be seen from here; it takes at least as long as the way in.
    private const double Ways = 2;

    // Batching that was left out has to save half as much again before a comparison of throughput may bring it back.
    private const double ToReturn = 1.5;
    private int _runs;
    private int _batches;
    private int _aloneRows;
    private long _alone;
    private double _row;
    private double _share;
    private double _entry;

    public CostEstimate() => Reset();

    /// <summary>The fixed cost of a run.</summary>
    public double Fixed => Math.Max(0, _alone - (_aloneRows * _row));

    /// <summary>What batching adds to a call. Where no entry was timed, it counts as long as the share.</summary>
    public double Added => _share + (_entry == double.MaxValue ? _share : Ways * _entry);

    /// <summary>Forgets all runs.</summary>
    public void Reset()
    {
        (_runs, _batches) = (0, 0);
        (_aloneRows, _alone) = (int.MaxValue, long.MaxValue);
        (_row, _share, _entry) = (double.MaxValue, double.MaxValue, double.MaxValue);
    }

    /// <summary>Records a run of one call.</summary>
    public void RanAlone(long ticks, int rows)
    {
        _runs++;
        if (rows < _aloneRows)
        {
            (_aloneRows, _alone) = (rows, ticks);
        }
        else if (rows == _aloneRows)
        {
            _alone = Math.Min(_alone, ticks);
        }
    }

    /// <summary>Records how long it took a caller to enter the queue.</summary>
    public void Entered(long ticks) => _entry = Math.Min(_entry, ticks);

    /// <summary>Records a batch of several calls.</summary>
    /// <param name="calls">Its calls.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="run">What the model took for it.</param>
    /// <param name="own">What the rest took: stacking, slicing, completing.</param>
    public void Batched(int calls, int rows, long run, long own)
    {
        _batches++;
        _row = Math.Min(_row, (double)run / rows);
        _share = Math.Min(_share, (double)own / calls);
    }

    /// <summary>Whether batching adds more to a call than it can save of it. False while too few runs are known.</summary>
    /// <param name="isAside">Whether batching is left out at the moment.</param>
    public bool CannotPay(bool isAside) => _runs >= Fewest && _batches >= Fewest && Fixed < Added * (isAside ? ToReturn : 1);
}
