using Inference.Monitoring.Records;

namespace Inference.Monitoring.Windows;

/// <summary>Windows as bytes.</summary>
internal static class WindowCodec
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "InfWindow"u8;

    public static byte[] Write(MonitoringWindow window)
    {
        var writer = new RecordWriter(Magic, Version);
        writer.Text(window.LayoutDigest);
        writer.Number(window.Start.UtcTicks);
        writer.Number(window.End.UtcTicks);
        writer.Number(window.RowsSeen);
        writer.Number(window.Calls);
        writer.Number(window.FailedCalls);
        writer.Number(window.MismatchedCalls);
        foreach (long rows in window.AllRows)
        {
            writer.Number(rows);
        }

        WindowLayout layout = window.Layout;
        for (int segment = 0; segment <= layout.Segments; segment++)
        {
            for (int column = 0; column < layout.Columns.Length; column++)
            {
                foreach (long count in window.Counts(column, segment))
                {
                    writer.Number(count);
                }

                if (layout.Columns[column].Layout.Ordered > 0)
                {
                    int place = (segment * layout.Columns.Length) + column;
                    writer.Signed(window.AllSums[place]);
                    writer.Signed(window.AllSquares[place]);
                }
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="MonitoringException">The bytes are damaged or belong to another profile.</exception>
    public static MonitoringWindow Read(string what, ReadOnlySpan<byte> data, WindowLayout layout)
    {
        var reader = new RecordReader(what, data, Magic, Version);
        string digest = reader.Text();
        if (digest != layout.Digest)
        {
            throw new MonitoringException($"{what}: expected a window of columns {layout.Digest[..12]}, got {digest[..Math.Min(12, digest.Length)]}. Read it with the profile that it was counted with.");
        }

        // Looked at before memory is taken: each count takes a byte at least, and so does each of the two sums of an ordered column.
        reader.Require(layout.TotalCounts + ((layout.Segments + 1) * 2L * layout.Columns.Count(static c => c.Layout.Ordered > 0)));
        var window = new MonitoringWindow(layout)
        {
            Start = Time(ref reader),
            End = Time(ref reader),
            RowsSeen = reader.Number(),
            Calls = reader.Number(),
            FailedCalls = reader.Number(),
            MismatchedCalls = reader.Number(),
        };
        foreach (ref long rows in window.AllRows)
        {
            rows = reader.Number();
        }

        for (int segment = 0; segment <= layout.Segments; segment++)
        {
            for (int column = 0; column < layout.Columns.Length; column++)
            {
                foreach (ref long count in window.AllCounts.Slice((segment * layout.Cells) + layout.OffsetOf(column), layout.Columns[column].Layout.Count))
                {
                    count = reader.Number();
                }

                if (layout.Columns[column].Layout.Ordered > 0)
                {
                    int place = (segment * layout.Columns.Length) + column;
                    window.AllSums[place] = reader.Signed();
                    window.AllSquares[place] = reader.Signed();
                }
            }
        }

        reader.End();
        return window;
    }

    private static DateTimeOffset Time(ref RecordReader reader)
    {
        long ticks = reader.Number();
        if (ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            reader.Throw("a time is out of range");
        }

        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }
}
