using System.Numerics;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Counts of the calls of one version: in all, and by duration over about the last minute. Thread-safe without locks; a call that ends while a slot begins anew may be missing from it.</summary>
internal sealed class TrafficWindow
{
    /// <summary>How long a slot lasts, in milliseconds; the window is the last <see cref="Slots"/>.</summary>
    public const int SlotMilliseconds = 10_000;

    private const int Slots = 6;

    // 8 steps an octave, from 1 µs to 67 s: quantiles are within 6 %.
    private const int Octaves = 26;
    private const int Cells = Octaves * 8;

    private readonly int[] _cells = new int[Slots * Cells];
    private readonly long[] _epochs = new long[Slots];
    private readonly long[] _failures = new long[Slots];
    private readonly long[] _microseconds = new long[Slots];
    private long _calls;
    private long _failed;

    public long Calls => Volatile.Read(ref _calls);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts a call.</summary>
    /// <param name="seconds">How long it took.</param>
    /// <param name="failed">Whether it failed.</param>
    /// <param name="milliseconds">The time, in milliseconds since any fixed moment.</param>
    public void Add(double seconds, bool failed, long milliseconds)
    {
        int slot = Slot(milliseconds / SlotMilliseconds);
        Interlocked.Increment(ref _calls);
        Interlocked.Increment(ref _cells[(slot * Cells) + Cell(seconds)]);
        Interlocked.Add(ref _microseconds[slot], (long)(seconds * 1e6));
        if (failed)
        {
            Interlocked.Increment(ref _failed);
            Interlocked.Increment(ref _failures[slot]);
        }
    }

    /// <summary>Returns what the window holds.</summary>
    /// <param name="milliseconds">The time.</param>
    /// <param name="start">When counting began.</param>
    public TrafficSummary Read(long milliseconds, long start)
    {
        long epoch = milliseconds / SlotMilliseconds;
        Span<long> cells = stackalloc long[Cells];
        cells.Clear();
        long calls = 0, failures = 0, microseconds = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            // The present slot counts too: what happens shows at once.
            if (Volatile.Read(ref _epochs[slot]) is var at && (at > epoch || at <= epoch - Slots))
            {
                continue;
            }

            failures += Volatile.Read(ref _failures[slot]);
            microseconds += Volatile.Read(ref _microseconds[slot]);
            for (int i = 0; i < Cells; i++)
            {
                int count = Volatile.Read(ref _cells[(slot * Cells) + i]);
                cells[i] += count;
                calls += count;
            }
        }

        double span = Math.Clamp(milliseconds - start, 1000, ((Slots - 1) * SlotMilliseconds) + Math.Max(milliseconds % SlotMilliseconds, 1));
        return calls == 0 ? default : new TrafficSummary(
            calls,
            calls * 1000 / span,
            failures * 1000 / span,
            Quantile(cells, calls, 0.5),
            Quantile(cells, calls, 0.95),
            Quantile(cells, calls, 0.99),
            microseconds / 1e6 / calls);
    }

    private static int Cell(double seconds)
    {
        ulong units = seconds > 0 ? (ulong)Math.Clamp(seconds * 8e6, 8, (8.0 * (1 << Octaves)) - 1) : 8;
        int octave = BitOperations.Log2(units) - 3;
        return (octave * 8) + (int)((units >> octave) & 7);
    }

    private static double Quantile(ReadOnlySpan<long> cells, long calls, double share)
    {
        long rank = Math.Max((long)Math.Ceiling(share * calls), 1);
        for (int i = 0; i < cells.Length; i++)
        {
            rank -= cells[i];
            if (rank <= 0)
            {
                // The middle of the cell.
                return (8.5 + (i & 7)) * Math.ScaleB(1, i >> 3) / 8e6;
            }
        }

        return 0;
    }

    private int Slot(long epoch)
    {
        int slot = (int)(epoch % Slots);
        long before = Volatile.Read(ref _epochs[slot]);
        if (before < epoch && Interlocked.CompareExchange(ref _epochs[slot], epoch, before) == before)
        {
            Array.Clear(_cells, slot * Cells, Cells);
            Volatile.Write(ref _failures[slot], 0);
            Volatile.Write(ref _microseconds[slot], 0);
        }

        return slot;
    }
}
