using System.Text;

namespace Inference.Monitoring.Retraining;

/// <summary>The last bytes of a stream; the rest is dropped. Thread-safe.</summary>
/// <param name="most">The bytes that are kept.</param>
internal sealed class OutputTail(int most)
{
    private readonly Lock _lock = new();
    private readonly byte[] _bytes = new byte[most];
    private long _total;

    /// <summary>Bytes that were added.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 14];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                Add(buffer.AsSpan(0, read));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The process has ended, or nobody waits any more.
        }
    }

    /// <summary>The bytes as text, with control characters other than line breaks and tabs as spaces.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            int count = (int)Math.Min(_total, most);
            var kept = new byte[count];
            for (int i = 0; i < count; i++)
            {
                kept[i] = _bytes[(_total - count + i) % most];
            }

            string text = Encoding.UTF8.GetString(kept);
            return string.Concat(text.Select(static c => char.IsControl(c) && c is not ('\n' or '\t') ? ' ' : c)).Trim();
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (most > 0)
            {
                ReadOnlySpan<byte> last = bytes.Length > most ? bytes[^most..] : bytes;
                long at = _total + bytes.Length - last.Length;
                for (int i = 0; i < last.Length; i++)
                {
                    _bytes[(at + i) % most] = last[i];
                }
            }

            _total += bytes.Length;
        }
    }
}
