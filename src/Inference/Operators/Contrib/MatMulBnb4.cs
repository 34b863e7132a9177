using Inference.Kernels.Gemm;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y[.., N] = A[.., K] × Wᵀ, W[N, K] in 4-bit codes, two a byte with the first in the high bits, in blocks of block_size over the whole matrix, each with its largest magnitude:
/// quant_type 0 is FP4, 1 is NF4. Source: com.microsoft MatMulBnb4.
/// </summary>
internal sealed unsafe class MatMulBnb4 : DecodedMatMul
{
    private readonly long _k;
    private readonly long _n;
    private readonly long _block;
    private readonly bool _normal;

    public MatMulBnb4(Node node)
    {
        _k = node.Attributes.Int("K");
        _n = node.Attributes.Int("N");
        _block = node.Attributes.Int("block_size");
        long type = node.Attributes.Int("quant_type");
        _normal = type == 1;
        if (_k is <= 0 or > MaxSize || _n is <= 0 or > MaxSize || _block is not (16 or 32 or 64 or 128 or 256) || type is not (0 or 1))
        {
            throw new ModelLoadException($"{node.Describe()}: expected K and N from 1 to {MaxSize}, a block_size of 16, 32, 64, 128 or 256 and quant_type 0 or 1, got K={_k}, N={_n}, block_size={_block}, quant_type={type}.");
        }

        if (node.Attributes.Int("transB", 1) == 0)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'transB': expected 1, got 0. Untransposed weights are for training; export the model for inference.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? a = context.InputShape(0);
        if (a?[^1].Size is { } depth && depth != _k)
        {
            throw context.Error($"input 0: expected a last dimension of {_k}, got [{string.Join(",", a)}].");
        }

        RequireCount(context, 1, ((_n * _k) + 1) / 2);
        RequireCount(context, 2, ((_n * _k) + _block - 1) / _block);
        context.SetOutput(0, context.InputType(0), a is null ? null : [.. a[..^1], Dimension.Fixed(_n)]);
    }

    public override long CountMacs(InferContext context) => Shapes.Sizes(context.InputShape(0)) is { } a ? TensorShape.Count(a) * _n : 0;

    protected override void Decode(KernelContext context, float* dense, long n, long k)
    {
        byte* codes = context.Input(1).Data;
        float* largest = (float*)context.Input(2).Data;
        ReadOnlySpan<float> values = _normal ? FourBitTypes.NormalFloat : FourBitTypes.Float;
        for (long i = 0; i < n * k; i++)
        {
            if (i % 4096 == 0)
            {
                context.ThrowIfCancelled();
            }

            dense[i] = values[i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2] & 15] * largest[i / _block];
        }
    }

    private static void RequireCount(InferContext context, int input, long count)
    {
        if (context.InputShape(input) is { } shape && Shapes.Product(shape).Size is { } own && own != count)
        {
            throw context.Error($"input {input}: expected {count} elements, got shape [{string.Join(",", shape)}].");
        }
    }
}
