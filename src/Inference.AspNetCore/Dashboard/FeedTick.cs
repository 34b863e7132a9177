using System.Buffers;

namespace Inference.AspNetCore.Dashboard;

/// <summary>All models at one time.</summary>
internal sealed class FeedTick(long number, FeedEntry[] entries)
{
    private byte[]? _delta;

    public long Number { get; } = number;

    public ReadOnlySpan<FeedEntry> Entries => entries;

    /// <summary>The event that tells what changed with this tick, made once for all pages; empty if nothing did.</summary>
    public byte[] Delta => _delta ??= Event(Number - 1, null);

    /// <summary>Makes the event that tells what changed after a tick.</summary>
    /// <param name="after">The tick; 0 for all models.</param>
    /// <param name="hidden">Models to leave out; null for none.</param>
    /// <returns>A server-sent event; empty if nothing changed.</returns>
    public byte[] Event(long after, IReadOnlySet<string>? hidden)
    {
        var to = new ArrayBufferWriter<byte>();
        foreach (FeedEntry entry in entries)
        {
            if (entry.Changed > after && hidden?.Contains(entry.Model) != true)
            {
                to.Write(to.WrittenCount == 0 ? "data: ["u8 : ","u8);
                to.Write(entry.Json);
            }
        }

        if (to.WrittenCount == 0)
        {
            return after == 0 ? "data: []\n\n"u8.ToArray() : [];
        }

        to.Write("]\n\n"u8);
        return to.WrittenSpan.ToArray();
    }
}
