using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Windows;

/// <summary>Where the counts of each column and segment lie in a window. Immutable; thread-safe.</summary>
internal sealed class WindowLayout
{
    private readonly int[] _offsets;

    /// <summary>The largest number of segments: each has counts of its own for every column.</summary>
    public const int MaxSegments = 16;

    // 2 GiB of counts in a window.
    private const long MaxCounts = 1L << 28;

    /// <param name="columns">The columns, in the order of the profile.</param>
    /// <param name="segmentColumn">The place of the categorical column whose first values are the segments; -1 for no segments.</param>
    /// <exception cref="MonitoringException">The columns have too many cells.</exception>
    public WindowLayout(IReadOnlyList<ColumnDefinition> columns, int segmentColumn = -1)
    {
        Columns = [.. columns];
        SegmentColumn = segmentColumn;
        Segments = segmentColumn < 0 ? 0 : Math.Min(columns[segmentColumn].Layout.Categories, MaxSegments);
        TotalCounts = (Segments + 1) * columns.Sum(static c => (long)c.Layout.Count);
        if (TotalCounts > MaxCounts)
        {
            throw new MonitoringException($"Columns of a profile: expected at most {MaxCounts} cells over all columns and segments, got {TotalCounts}. Exclude columns, or leave out the segments.");
        }

        _offsets = new int[columns.Count + 1];
        for (int i = 0; i < columns.Count; i++)
        {
            _offsets[i + 1] = _offsets[i] + columns[i].Layout.Count;
        }

        Digest = DigestOf();
    }

    /// <summary>The columns.</summary>
    public ColumnDefinition[] Columns { get; }

    /// <summary>The place of the column whose first values are the segments; -1 for none.</summary>
    public int SegmentColumn { get; }

    /// <summary>The number of segments.</summary>
    public int Segments { get; }

    /// <summary>The number of cells of all columns together.</summary>
    public int Cells => _offsets[^1];

    /// <summary>The number of counts of a window: the cells of all rows and of each segment.</summary>
    public long TotalCounts { get; }

    /// <summary>SHA-256 over everything that decides counts, in lower-case hexadecimal: windows with equal digests merge.</summary>
    public string Digest { get; }

    /// <summary>The first cell of a column.</summary>
    public int OffsetOf(int column) => _offsets[column];

    private string DigestOf()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        void Number(int value, Span<byte> buffer)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, value);
            hash.AppendData(buffer);
        }

        void Text(string value, Span<byte> buffer)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            Number(bytes.Length, buffer);
            hash.AppendData(bytes);
        }

        Number(SegmentColumn, number);
        foreach (ColumnDefinition column in Columns)
        {
            Text(column.Name, number);
            Text(column.Tensor, number);
            foreach (int value in (ReadOnlySpan<int>)[(int)column.Side, (int)column.ElementType, (int)column.Derivation, column.Index, column.Second, column.ChannelsLast ? 1 : 0, column.Width, (int)column.Layout.Kind, column.Layout.Count, column.IsOpen ? 1 : 0])
            {
                Number(value, number);
            }

            double[] numbers = [.. column.Edges, column.Center, column.Scale];
            hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(column.Keys.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(column.OtherKeys.AsSpan()));
            hash.AppendData(column.Groups);

            // Nothing for a column that has none of these: profiles of version 1 keep their digest.
            hash.AppendData(MemoryMarshal.AsBytes(column.Features.AsSpan()));
            foreach (string key in column.MapKeys)
            {
                Text(key, number);
            }

            foreach (JointTerm term in column.Terms)
            {
                Number(term.Column, number);
                Number(term.Feature, number);
                Number(BitConverter.SingleToInt32Bits(term.Weight), number);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
