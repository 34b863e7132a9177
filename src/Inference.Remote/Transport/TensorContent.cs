using System.Buffers;
using System.Net;
using Inference.Remote.Wire;

namespace Inference.Remote.Transport;

/// <summary>The body of a request: JSON, then the tensors in binary form, each written from its own memory.</summary>
internal sealed class TensorContent(ReadOnlyMemory<byte> header, NamedValues tensors, int[] sizes) : HttpContent
{
    // A piece of a tensor is copied before it is sent, so that its memory need not be known to the stream.
    private const int PieceBytes = 64 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        TryComputeLength(out long total);
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(total, Math.Max(PieceBytes, header.Length)));
        try
        {
            header.Span.CopyTo(piece);
            int filled = header.Length;
            for (int i = 0; i < sizes.Length; i++)
            {
                var tensor = (TensorValue)tensors.GetAt(i).Value;
                if (tensor.ElementType == ElementType.String)
                {
                    byte[] texts = ArrayPool<byte>.Shared.Rent(sizes[i]);
                    try
                    {
                        await stream.WriteAsync(piece.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
                        filled = 0;
                        WireStrings.Write(tensor.AsSpan<string>(), texts);
                        await stream.WriteAsync(texts.AsMemory(0, sizes[i]), cancellationToken).ConfigureAwait(false);
                    }
                    finally
                    {
                        ArrayPool<byte>.Shared.Return(texts);
                    }

                    continue;
                }

                for (int start = 0; start < sizes[i];)
                {
                    int count = Math.Min(piece.Length - filled, sizes[i] - start);
                    tensor.AsBytes().Slice(start, count).CopyTo(piece.AsSpan(filled));
                    start += count;
                    filled += count;
                    if (filled == piece.Length)
                    {
                        await stream.WriteAsync(piece.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
                        filled = 0;
                    }
                }
            }

            await stream.WriteAsync(piece.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = header.Length;
        foreach (int size in sizes)
        {
            length += size;
        }

        return true;
    }
}
