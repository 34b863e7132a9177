using System.Runtime.InteropServices;

namespace Inference.Batching.Control;

/// <summary>
/// Bounds the rows of calls that bypass batching. A call takes room for its rows from its processor's cell and returns it there, so that callers rarely contend;
/// when that cell is empty, the free room is redistributed among all cells. Room handed out never exceeds the limit. Thread-safe.
/// </summary>
internal sealed class DirectGate
{
    // A cell for each processor; with more than sixteen of them callers seldom meet at one.
    private const int MostCells = 16;

    private readonly Lock _lock = new();
    private readonly Cell[] _cells;
    private long _limit;
    private long _debt;

    public DirectGate(int rows)
    {
        int cells = 1;
        while (cells < MostCells && cells < Environment.ProcessorCount)
        {
            cells *= 2;
        }

        _cells = new Cell[cells];
        SetLimit(rows);
    }

    /// <summary>Rows that have room now; negative if the limit was lowered below the rows in flight.</summary>
    public long Free
    {
        get
        {
            long free = -Volatile.Read(ref _debt);
            for (int i = 0; i < _cells.Length; i++)
            {
                free += Volatile.Read(ref _cells[i].Free);
            }

            return free;
        }
    }

    /// <summary>Changes the limit; rows in flight are unaffected.</summary>
    public void SetLimit(int rows)
    {
        lock (_lock)
        {
            Interlocked.Add(ref _cells[0].Free, rows - _limit);
            _limit = rows;
            Share(0);
        }
    }

    /// <summary>Takes room for the rows of a call.</summary>
    /// <param name="rows">Rows, ≥ 1.</param>
    /// <param name="cell">The cell to return them to.</param>
    /// <returns>False if there is no room.</returns>
    public bool TryEnter(int rows, out int cell)
    {
        cell = Thread.GetCurrentProcessorId() & (_cells.Length - 1);
        if (Interlocked.Add(ref _cells[cell].Free, -rows) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _cells[cell].Free, rows);
        lock (_lock)
        {
            return Share(rows);
        }
    }

    /// <summary>Returns the room.</summary>
    public void Exit(int rows, int cell)
    {
        Interlocked.Add(ref _cells[cell].Free, rows);
        if (Volatile.Read(ref _debt) > 0)
        {
            lock (_lock)
            {
                Share(0);
            }
        }
    }

    // Takes rows from the free total, if it suffices, and distributes the rest. A deficit caused by a lowered limit is covered first.
    private bool Share(int rows)
    {
        long free = -_debt;
        for (int i = 0; i < _cells.Length; i++)
        {
            free += Interlocked.Exchange(ref _cells[i].Free, 0);
        }

        bool taken = free >= rows;
        free -= taken ? rows : 0;
        Volatile.Write(ref _debt, Math.Max(0, -free));
        free = Math.Max(0, free);
        long each = free / _cells.Length;
        for (int i = 1; i < _cells.Length; i++)
        {
            Interlocked.Add(ref _cells[i].Free, each);
        }

        Interlocked.Add(ref _cells[0].Free, free - (each * (_cells.Length - 1)));
        return taken;
    }

    // A cache line each, and the one that is fetched along.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(64)]
        public long Free;
    }
}
