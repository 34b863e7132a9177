using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Inference.AspNetCore.Protocol;

/// <summary>Tensors as raw bytes; see <see cref="RawTensors"/>.</summary>
internal static class RawOutput
{
    /// <summary>The number of bytes of a tensor.</summary>
    public static long Size(TensorValue tensor)
    {
        if (tensor.ElementType != ElementType.String)
        {
            return tensor.ByteCount;
        }

        long size = 0;
        foreach (string text in tensor.AsSpan<string>())
        {
            size += sizeof(uint) + Encoding.UTF8.GetByteCount(text);
        }

        return size;
    }

    /// <summary>Writes the bytes of a tensor.</summary>
    public static void Write(IBufferWriter<byte> to, TensorValue tensor)
    {
        if (tensor.ElementType != ElementType.String)
        {
            to.Write(tensor.AsBytes());
            return;
        }

        foreach (string text in tensor.AsSpan<string>())
        {
            WriteText(to, text);
        }
    }

    /// <summary>Writes one element of a tensor of strings.</summary>
    public static void WriteText(IBufferWriter<byte> to, string text)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(text));
        to.Advance(sizeof(int));
        Encoding.UTF8.GetBytes(text, to);
    }
}
