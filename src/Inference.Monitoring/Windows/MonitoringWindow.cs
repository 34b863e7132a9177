using System.Diagnostics;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring;

/// <summary>
/// What was observed of a model in a span of time: integer counts of cells and integer sums, per column and segment. Windows of one profile merge exactly: in any order and grouping, bit for bit.
/// </summary>
/// <remarks>Not thread-safe while it is changed by <see cref="Merge"/>. Counts that would exceed 2⁶³ − 1 stay there. The exception is a column <c>rows</c> (<see cref="ReferenceProfileOptions.CountRepeats"/>): windows of it merge exactly too, but a repetition whose rows were counted by different threads or processes is
/// in none of them, so that the sum of shards may differ from the window of one thread that saw all rows.</remarks>
public sealed class MonitoringWindow
{
    private readonly long[] _counts;
    private readonly Int128[] _sums;
    private readonly Int128[] _squares;
    private readonly long[] _segmentRows;

    internal MonitoringWindow(WindowLayout layout)
    {
        Layout = layout;
        int parts = layout.Segments + 1;
        _counts = new long[parts * layout.Cells];
        _sums = new Int128[parts * layout.Columns.Length];
        _squares = new Int128[parts * layout.Columns.Length];
        _segmentRows = new long[parts];
    }

    /// <summary>The digest of the columns and cells, in lower-case hexadecimal: windows with equal digests merge.</summary>
    public string LayoutDigest => Layout.Digest;

    /// <summary>The number of columns: those of the profile, in its order.</summary>
    public int ColumnCount => Layout.Columns.Length;

    /// <summary>The number of segments of the profile, 0 to 16.</summary>
    public int SegmentCount => Layout.Segments;

    /// <summary>The start; of merged windows, the earliest. The largest time while the window is empty.</summary>
    public DateTimeOffset Start { get; internal set; } = DateTimeOffset.MaxValue;

    /// <summary>The end; of merged windows, the latest. The smallest time while the window is empty.</summary>
    public DateTimeOffset End { get; internal set; } = DateTimeOffset.MinValue;

    /// <summary>Rows counted.</summary>
    public long Rows => _segmentRows[0];

    /// <summary>Rows that passed, counted or not; the share counted is <see cref="Rows"/> ÷ this.</summary>
    public long RowsSeen { get; internal set; }

    /// <summary>Calls that passed, without those that failed.</summary>
    public long Calls { get; internal set; }

    /// <summary>Calls that failed; their rows are not counted.</summary>
    public long FailedCalls { get; internal set; }

    /// <summary>Calls that could not be read completely: a tensor was missing, or had another type or shape than in the profile.</summary>
    public long MismatchedCalls { get; internal set; }

    internal WindowLayout Layout { get; private set; }

    internal Span<long> AllCounts => _counts;

    internal Span<Int128> AllSums => _sums;

    internal Span<Int128> AllSquares => _squares;

    internal Span<long> AllRows => _segmentRows;

    /// <summary>The counts of a column's cells; see <see cref="CellLayout"/>.</summary>
    /// <param name="column">The place of the column in the profile, from 0.</param>
    /// <param name="segment">0 for all rows, 1 to <see cref="SegmentCount"/> for the rows of one segment.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column or segment.</exception>
    public ReadOnlySpan<long> Counts(int column, int segment = 0)
    {
        Require(column, segment);
        return _counts.AsSpan((segment * Layout.Cells) + Layout.OffsetOf(column), Layout.Columns[column].Layout.Count);
    }

    /// <summary>The sums of a column; zero for a categorical one.</summary>
    /// <param name="column">The place of the column in the profile, from 0.</param>
    /// <param name="segment">0 for all rows, 1 to <see cref="SegmentCount"/> for the rows of one segment.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column or segment.</exception>
    public ColumnMoments Moments(int column, int segment = 0)
    {
        ReadOnlySpan<long> counts = Counts(column, segment);
        CellLayout layout = Layout.Columns[column].Layout;
        long finite = 0;
        for (int i = 1; i < layout.PositiveInfinity; i++)
        {
            finite = Saturate((Int128)finite + counts[i]);
        }

        int place = (segment * ColumnCount) + column;
        return new ColumnMoments(finite, _sums[place], _squares[place], Layout.Columns[column].Center, Layout.Columns[column].Scale);
    }

    /// <summary>The rows of a segment.</summary>
    /// <param name="segment">0 for all rows, 1 to <see cref="SegmentCount"/> for those of one segment.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such segment.</exception>
    public long RowsOf(int segment)
    {
        Require(0, segment, columns: false);
        return _segmentRows[segment];
    }

    /// <summary>Adds another window to this one.</summary>
    /// <param name="other">A window with the same <see cref="LayoutDigest"/>; it is not changed.</param>
    /// <exception cref="MonitoringException">The windows belong to different profiles.</exception>
    public void Merge(MonitoringWindow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.LayoutDigest != LayoutDigest)
        {
            throw new MonitoringException($"Merging windows: expected a window of columns {LayoutDigest[..12]}, got {other.LayoutDigest[..12]}. Merge windows of the same profile.");
        }

        Add(_counts, other._counts);
        Add(_segmentRows, other._segmentRows);
        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] += other._sums[i];
            _squares[i] += other._squares[i];
        }

        Start = other.Start < Start ? other.Start : Start;
        End = other.End > End ? other.End : End;
        RowsSeen = Saturate((Int128)RowsSeen + other.RowsSeen);
        Calls = Saturate((Int128)Calls + other.Calls);
        FailedCalls = Saturate((Int128)FailedCalls + other.FailedCalls);
        MismatchedCalls = Saturate((Int128)MismatchedCalls + other.MismatchedCalls);
    }

    /// <summary>Adds another window's counts and sums times a number, rounded to integers.</summary>
    internal void AddScaled(MonitoringWindow other, double scale)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += (long)Math.Round(other._counts[i] * scale);
        }

        for (int i = 0; i < _segmentRows.Length; i++)
        {
            _segmentRows[i] += (long)Math.Round(other._segmentRows[i] * scale);
        }

        for (int i = 0; i < _sums.Length; i++)
        {
            _sums[i] += (Int128)Math.Round((double)other._sums[i] * scale);
            _squares[i] += (Int128)Math.Round((double)other._squares[i] * scale);
        }
    }

    /// <summary>What this window has more than an earlier one that is part of it.</summary>
    /// <exception cref="MonitoringException">The other one is not part of it.</exception>
    internal MonitoringWindow Since(MonitoringWindow earlier)
    {
        var more = new MonitoringWindow(Layout)
        {
            Start = earlier.End > Start ? earlier.End : Start,
            End = End,
            RowsSeen = RowsSeen - earlier.RowsSeen,
            Calls = Calls - earlier.Calls,
            FailedCalls = FailedCalls - earlier.FailedCalls,
            MismatchedCalls = MismatchedCalls - earlier.MismatchedCalls,
        };
        bool isPart = Math.Min(Math.Min(more.RowsSeen, more.Calls), Math.Min(more.FailedCalls, more.MismatchedCalls)) >= 0 && Subtract(_counts, earlier._counts, more._counts) && Subtract(_segmentRows, earlier._segmentRows, more._segmentRows);
        if (!isPart)
        {
            throw new MonitoringException($"Subtracting windows: expected counts of at least those of an earlier window of the same rows ({earlier.Rows} rows), got fewer ({Rows} rows).");
        }

        for (int i = 0; i < _sums.Length; i++)
        {
            more._sums[i] = _sums[i] - earlier._sums[i];
            more._squares[i] = _squares[i] - earlier._squares[i];
        }

        return more;
    }

    /// <summary>Gives the window a layout with the same cells, whose categories were learned from more rows.</summary>
    internal void Rebind(WindowLayout layout)
    {
        Debug.Assert(layout.Cells == Layout.Cells && layout.Segments == Layout.Segments, "The cells are the same.");
        Layout = layout;
    }

    /// <summary>Returns a copy.</summary>
    public MonitoringWindow Clone()
    {
        var copy = new MonitoringWindow(Layout);
        copy.Merge(this);
        return copy;
    }

    /// <summary>Writes the window; see <c>ReferenceProfile.ReadWindow</c>. A numeric column takes at most 512 bytes, a score at most 2 KB for up to 2³⁴ rows.</summary>
    public byte[] ToArray() => WindowCodec.Write(this);

    private static void Add(long[] to, long[] from)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = Saturate((Int128)to[i] + from[i]);
        }
    }

    private static bool Subtract(long[] whole, long[] part, long[] rest)
    {
        bool isPart = true;
        for (int i = 0; i < whole.Length; i++)
        {
            rest[i] = whole[i] - part[i];
            isPart &= rest[i] >= 0;
        }

        return isPart;
    }

    // Minimum with the largest number: still associative and commutative, as counts are not negative.
    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;

    private void Require(int column, int segment, bool columns = true)
    {
        if (columns)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, ColumnCount);
        }

        ArgumentOutOfRangeException.ThrowIfNegative(segment);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segment, SegmentCount);
    }
}
