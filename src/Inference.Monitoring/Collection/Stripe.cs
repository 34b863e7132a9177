using System.Runtime.InteropServices;
using Inference.Monitoring.Repeats;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>The counters that one thread at a time adds to. Who takes a stripe alone reads and writes it until it is released.</summary>
internal sealed class Stripe
{
    /// <summary>Rows after which a stripe is emptied into a window: its 32-bit counts and 64-bit sums of squares of 2⁴⁰ hold twice as many.</summary>
    public const int MaxRows = 1 << 20;

    // 2³² ÷ φ: multiples of it are spread evenly, whichever of them calls with a property take.
    private const uint Step = 0x9E3779B9;

    // Vectors of sums may reach past the last column, where they add zeros.
    private const int Padding = 16;
    private readonly AlignedArray<int> _counts;
    private Taken _taken;
    private uint _place;
    private byte[] _groups = [];
    private TensorValue?[] _tensors = [];

    /// <param name="layout">The columns and cells.</param>
    /// <param name="remainder">Where counts begin, modulo 4,096: see <see cref="FloatRun.CountsRemainder"/>.</param>
    public Stripe(WindowLayout layout, int remainder = 0)
    {
        int parts = layout.Segments + 1;
        Cells = layout.Cells;
        Columns = layout.Columns.Length;
        _counts = new AlignedArray<int>(parts * Cells, remainder);
        Sums = new AlignedArray<long>((parts * Columns) + Padding);
        Squares = new AlignedArray<long>((parts * Columns) + Padding);
        SegmentRows = new int[parts];
        Memory = new uint[Array.Exists(layout.Columns, static c => c.Derivation == ColumnDerivation.Repeat) ? RepeatCounter.Places : 0];
    }

    /// <summary>Cells of all columns: part p (0: rows of no segment, s: rows of segment s) begins at p · Cells.</summary>
    public int Cells { get; }

    /// <summary>Columns: the sums of part p begin at p · Columns.</summary>
    public int Columns { get; }

    public Span<int> Counts => _counts.Span;

    public AlignedArray<long> Sums { get; }

    public AlignedArray<long> Squares { get; }

    /// <summary>Room for the groups of columns in pairs, which the owner of the stripe uses; the same memory in each call.</summary>
    public Span<byte> Groups(int length)
    {
        if (_groups.Length < length)
        {
            _groups = new byte[length];
        }

        return _groups.AsSpan(0, length);
    }

    /// <summary>Room for the tensors of a call, which the owner of the stripe uses and clears; the same memory in each call.</summary>
    public Span<TensorValue?> Tensors(int length)
    {
        if (_tensors.Length < length)
        {
            _tensors = new TensorValue?[length];
        }

        return _tensors.AsSpan(0, length);
    }

    /// <summary>The rows before, for repeats; kept when the stripe is emptied. Empty if they are not counted.</summary>
    public uint[] Memory { get; }

    /// <summary>Rows of each part.</summary>
    public int[] SegmentRows { get; }

    /// <summary>Rows counted since the stripe was emptied.</summary>
    public int Rows { get; set; }

    /// <summary>Whether a call was counted since the stripe was emptied into a window of everything.</summary>
    public bool IsUsed => Calls + FailedCalls > 0 || Rows > 0;

    public long RowsSeen { get; set; }

    public long Calls { get; set; }

    public long FailedCalls { get; set; }

    public long MismatchedCalls { get; set; }

    /// <summary>A number that differs from call to call and is spread evenly over 32 bits; its owner's alone.</summary>
    public uint NextPlace() => _place += Step;

    public bool TryTake() => Volatile.Read(ref _taken.Flag) == 0 && Interlocked.Exchange(ref _taken.Flag, 1) == 0;

    public void Release() => Volatile.Write(ref _taken.Flag, 0);

    /// <summary>Moves all counts to a window, whose segment 0 holds the rows of all segments.</summary>
    public void EmptyInto(MonitoringWindow window)
    {
        window.RowsSeen += RowsSeen;
        window.Calls += Calls;
        window.FailedCalls += FailedCalls;
        window.MismatchedCalls += MismatchedCalls;
        RowsSeen = Calls = FailedCalls = MismatchedCalls = 0;
        if (Rows == 0)
        {
            return;
        }

        Rows = 0;
        for (int part = 0; part < SegmentRows.Length; part++)
        {
            AddTo(window, part, 0);
            if (part > 0)
            {
                AddTo(window, part, part);
            }
        }

        Counts.Clear();
        Sums.Span.Clear();
        Squares.Span.Clear();
        Array.Clear(SegmentRows);
    }

    private void AddTo(MonitoringWindow window, int part, int segment)
    {
        window.AllRows[segment] += SegmentRows[part];
        Span<long> counts = window.AllCounts.Slice(segment * Cells, Cells);
        ReadOnlySpan<int> added = Counts.Slice(part * Cells, Cells);
        for (int i = 0; i < added.Length; i++)
        {
            counts[i] += added[i];
        }

        Span<Int128> sums = window.AllSums.Slice(segment * Columns, Columns);
        Span<Int128> squares = window.AllSquares.Slice(segment * Columns, Columns);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += Sums.Span[(part * Columns) + i];
            squares[i] += Squares.Span[(part * Columns) + i];
        }
    }

    // Two cache lines, so that threads that look for a free stripe do not slow the owner of its neighbour.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Taken
    {
        [FieldOffset(64)]
        public int Flag;
    }
}
