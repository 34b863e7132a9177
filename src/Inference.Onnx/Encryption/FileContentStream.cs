using Inference.Onnx.Files;

namespace Inference.Onnx.Encryption;

/// <summary>The content of a file as a stream to read; owns it.</summary>
internal sealed class FileContentStream(FileContent content) : ReadingStream
{
    public override long Length => content.Length;

    protected override void Copy(long position, Span<byte> to) => content.Slice(position, to.Length).Span.CopyTo(to);

    protected override void Dispose(bool disposing)
    {
        content.Dispose();
        base.Dispose(disposing);
    }
}
