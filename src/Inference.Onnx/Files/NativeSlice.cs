using System.Buffers;

namespace Inference.Onnx.Files;

/// <summary>A range of a file's content outside the managed heap, as <see cref="Memory{T}"/>.</summary>
internal sealed unsafe class NativeSlice(FileContent owner, byte* pointer, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(owner.IsDisposed, typeof(OnnxModel));
        return new Span<byte>(pointer, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(owner.IsDisposed, typeof(OnnxModel));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length, nameof(elementIndex));
        return new MemoryHandle(pointer + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
