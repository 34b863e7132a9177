namespace Inference.Onnx.Encryption;

/// <summary>Memory as a stream to read.</summary>
internal sealed class ReadOnlyMemoryStream(ReadOnlyMemory<byte> memory) : ReadingStream
{
    public override long Length => memory.Length;

    protected override void Copy(long position, Span<byte> to) => memory.Span.Slice((int)position, to.Length).CopyTo(to);
}
