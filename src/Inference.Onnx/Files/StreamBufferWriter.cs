using System.Buffers;

namespace Inference.Onnx.Files;

/// <summary>Gathers small writes for a stream in one buffer. <see cref="Flush"/> at the end.</summary>
internal sealed class StreamBufferWriter(Stream stream) : IBufferWriter<byte>
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_buffer.Length - _used < needed)
        {
            Flush();
            if (_buffer.Length < needed)
            {
                _buffer = new byte[needed];
            }
        }

        return _buffer.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Flush()
    {
        stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}
