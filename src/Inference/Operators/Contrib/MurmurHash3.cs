using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Inference.Operators.Contrib;

/// <summary>The 32-bit MurmurHash3 of each element's bytes (little-endian numbers, UTF-8 text), as uint32, or as int32 with <c>positive</c> 0. Source: com.microsoft MurmurHash3;
/// A. Appleby's MurmurHash3_x86_32.</summary>
internal sealed class MurmurHash3(Node node) : Operator
{
    private readonly uint _seed = unchecked((uint)node.Attributes.Int("seed", 0));
    private readonly bool _positive = node.Attributes.Int("positive", 1) != 0;

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, _positive ? ElementType.UInt32 : ElementType.Int32, context.InputShape(0));

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        Span<uint> hashes = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(y.Bytes);
        int width = x.Type == ElementType.String ? 0 : x.Type.BitWidth() / 8;
        for (int i = 0; i < hashes.Length; i++)
        {
            if (i % 4096 == 0)
            {
                context.ThrowIfCancelled();
            }

            hashes[i] = x.Type == ElementType.String ? Hash(Encoding.UTF8.GetBytes(x.Strings[i])) : Hash(x.Bytes.Slice(i * width, width));
        }
    }

    private uint Hash(ReadOnlySpan<byte> data)
    {
        uint hash = _seed;
        int length = data.Length;
        for (; data.Length >= 4; data = data[4..])
        {
            hash = (BitOperations.RotateLeft(hash ^ Mix(BinaryPrimitives.ReadUInt32LittleEndian(data)), 13) * 5) + 0xE6546B64;
        }

        uint rest = 0;
        for (int i = data.Length - 1; i >= 0; i--)
        {
            rest = (rest << 8) | data[i];
        }

        hash ^= Mix(rest) ^ (uint)length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * 0xCC9E2D51, 15) * 0x1B873593;
}
