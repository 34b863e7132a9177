using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Inference.AspNetCore.Rest;

/// <summary>A buffer with a JSON writer, used for one response after another.</summary>
internal sealed class JsonBuffer : IBufferWriter<byte>
{
    // A larger buffer is left to the garbage collector after its response.
    private const int KeptBytes = 1 << 20;
    private byte[] _bytes = new byte[1024];
    private int _written;

    // Relaxed: an answer is read as JSON, never as a part of a page.
    public JsonBuffer() => Writer = new Utf8JsonWriter(this, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Utf8JsonWriter Writer { get; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _written);

    /// <summary>Empties the buffer; false if it is too large to be kept.</summary>
    public bool Reset()
    {
        Writer.Reset(this);
        _written = 0;
        return _bytes.Length <= KeptBytes;
    }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    private void Grow(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 256);
        if (_bytes.Length - _written < needed)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)_written + needed)));
        }
    }
}
