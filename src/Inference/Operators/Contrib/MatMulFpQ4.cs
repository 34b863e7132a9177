using Inference.Kernels.Gemm;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y[.., N] = A[.., K] × W, W[K, N] column by column in blocks of 32 4-bit codes along K: a float scale, a zero point of a byte (8 without one, with blk_quant_type 0), then 16
/// bytes, code i in the low and code i + 16 in the high bits of byte i. Input 2 is [K, N]. Source: com.microsoft MatMulFpQ4.
/// </summary>
internal sealed unsafe class MatMulFpQ4 : DecodedMatMul
{
    // Elements of a block of both formats.
    private const int Block = 32;

    private readonly bool _zeros;

    public MatMulFpQ4(Node node)
    {
        long type = node.Attributes.Int("blk_quant_type", 1);
        _zeros = type == 1;
        if (type is not (0 or 1))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'blk_quant_type': expected 0 or 1, got {type}.");
        }
    }

    private int BlockBytes => sizeof(float) + (_zeros ? 1 : 0) + (Block / 2);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? a = context.InputShape(0);
        long[]? shape = ShapeRules.Integers(context, 2);
        if (shape is [var k, var n])
        {
            if (k is < 1 or > MaxSize || n is < 1 or > MaxSize || (a?[^1].Size is { } depth && depth != k))
            {
                throw context.Error($"input 2 (B_shape): expected [K, N] from 1 to {MaxSize} with K as the last dimension of A, got [{k},{n}] for A[{(a is null ? "?" : string.Join(",", a))}].");
            }

            long bytes = n * ((k + Block - 1) / Block) * BlockBytes;
            if (context.InputShape(1) is [{ Size: { } count }] && count != bytes)
            {
                throw context.Error($"input 1 (B): expected {bytes} bytes for [{k},{n}], got {count}.");
            }
        }

        context.SetOutput(0, context.InputType(0), a is null ? null : [.. a[..^1], shape is [_, var columns] ? Dimension.Fixed(columns) : Dimension.Unknown]);
    }

    protected override void Decode(KernelContext context, float* dense, long n, long k)
    {
        byte* block = context.Input(1).Data;
        for (long column = 0; column < n; column++)
        {
            context.ThrowIfCancelled();
            for (long first = 0; first < k; first += Block, block += BlockBytes)
            {
                Unpack(block, dense + (column * k) + first, (int)Math.Min(Block, k - first));
            }
        }
    }

    private void Unpack(byte* block, float* target, int count)
    {
        float scale = BitConverter.ToSingle(new ReadOnlySpan<byte>(block, sizeof(float)));
        int zero = _zeros ? block[sizeof(float)] : 8;
        byte* codes = block + BlockBytes - (Block / 2);
        for (int i = 0; i < count; i++)
        {
            byte cell = codes[i % (Block / 2)];
            target[i] = ((i < Block / 2 ? cell & 15 : cell >> 4) - zero) * scale;
        }
    }
}
