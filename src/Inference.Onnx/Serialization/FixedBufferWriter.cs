using System.Buffers;

namespace Inference.Onnx.Serialization;

/// <summary>Writes into an array whose size is known beforehand.</summary>
internal sealed class FixedBufferWriter(int size) : IBufferWriter<byte>
{
    private int _used;

    public byte[] Array { get; } = new byte[size];

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Array.AsMemory(_used);

    public Span<byte> GetSpan(int sizeHint = 0) => Array.AsSpan(_used);
}
