using Inference.Kernels.BlockQuantized;
using Inference.Kernels.Gemm;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y[.., N] = A[.., K] × Wᵀ + bias, W[N, K] in blocks along K of block_size codes of 2, 4 or 8 bits: (code − zero)·scale, the zero point 2^(bits−1) where left out.
/// Inputs: A, codes [N, blocks, block_size·bits/8], scales [N·blocks], zero points (packed codes or A's type), group index [K], bias. Source: com.microsoft MatMulNBits.
/// </summary>
internal sealed unsafe class MatMulNBits : FloatOperator
{
    // K, N and blocks of these sizes keep every product of theirs, in bytes too, below 2^63.
    public const long MaxSize = 1L << 28;
    public const long MaxBlock = 1L << 20;

    private readonly long _k;
    private readonly long _n;
    private readonly long _bits;
    private readonly long _block;

    public MatMulNBits(Node node)
    {
        _k = node.Attributes.Int("K");
        _n = node.Attributes.Int("N");
        _bits = node.Attributes.Int("bits", 4);
        _block = node.Attributes.Int("block_size");
        if (_k is <= 0 or > MaxSize || _n is <= 0 or > MaxSize || _bits is not (2 or 4 or 8) || _block is < 16 or > MaxBlock || (_block & (_block - 1)) != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected K and N from 1 to {MaxSize}, 2, 4 or 8 bits and a block_size that is a power of two from 16 to {MaxBlock}, got K={_k}, N={_n}, bits={_bits}, block_size={_block}.");
        }
    }

    private long Blocks => (_k + _block - 1) / _block;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Dimension[]? a = context.InputShape(0);
        if (a?[^1].Size is { } depth && depth != _k)
        {
            throw context.Error($"input 0: expected a last dimension of {_k}, got [{string.Join(",", a)}].");
        }

        RequireCount(context, 1, _n * Blocks * (_block * _bits / 8));
        RequireCount(context, 2, _n * Blocks);
        if (context.HasInput(3))
        {
            RequireCount(context, 3, context.InputType(3) == ElementType.UInt8 ? _n * ((Blocks * _bits + 7) / 8) : _n * Blocks);
        }

        if (context.InputShape(4) is [{ Size: { } groups }] && groups != _k && groups != Blocks * _block)
        {
            throw context.Error($"input 4: expected one group for each of {_k} rows, or {Blocks * _block} groups, got {groups}.");
        }

        Shapes.RequireShape(context, 5, Dimension.Fixed(_n));
        context.SetOutput(0, type, a is null ? null : [.. a[..^1], Dimension.Fixed(_n)]);
    }

    public override long CountMacs(InferContext context) => Shapes.Sizes(context.InputShape(0)) is { } a ? TensorShape.Count(a) * _n : 0;

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = batch < 0 || (context.InputShape(0) is { } a && batch < a.Length - 1);
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == BatchContext.None;
        }

        context.SetOutputAxis(0, apart ? batch : BatchContext.Mixed);
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor y = context.Output(0);
        Tensor? zeros = context.OptionalInput(3);
        GemmEpilogue epilogue = default;
        epilogue.Bias = context.OptionalInput(5) is { } bias ? (float*)bias.Data : null;
        long rows = a.Count / _k;
        if (_bits != 2 && !context.HasInput(4) && zeros is null or { Type: ElementType.UInt8 })
        {
            var weights = new BlockQuantizedMatrix
            {
                Codes = context.Input(1).Data,
                Scales = (float*)context.Input(2).Data,
                ZeroPoints = zeros is null ? null : zeros.Data,
                Columns = (nint)_n,
                Depth = (nint)_k,
                BlockSize = (int)_block,
                Bits = (int)_bits,
            };
            BlockQuantizedGemm.Run((float*)a.Data, (nint)_k, in weights, (float*)y.Data, (nint)_n, (nint)rows, in epilogue, context.Threads);
            return;
        }

        float* dense = (float*)context.Scratch(_n * _k * sizeof(float));
        Dequantize(context, zeros, dense);
        GemmF32.Run((float*)a.Data, (nint)_k, false, dense, (nint)_k, true, (float*)y.Data, (nint)_n, (nint)rows, (nint)_n, (nint)_k, 1f, in epilogue, context.Threads);
    }

    private static void RequireCount(InferContext context, int input, long count)
    {
        if (context.InputShape(input) is { } shape && Shapes.Product(shape).Size is { } own && own != count)
        {
            throw context.Error($"input {input}: expected {count} elements, got shape [{string.Join(",", shape)}].");
        }
    }

    private void Dequantize(KernelContext context, Tensor? zeros, float* dense)
    {
        byte* codes = context.Input(1).Data;
        float* scales = (float*)context.Input(2).Data;
        Tensor? groups = context.OptionalInput(4);
        long blockBytes = _block * _bits / 8;
        long zeroRow = (Blocks * _bits + 7) / 8;
        int mask = (1 << (int)_bits) - 1;
        for (long n = 0; n < _n; n++)
        {
            context.ThrowIfCancelled();
            for (long k = 0; k < _k; k++)
            {
                long at = k % _block;
                byte cell = codes[(n * Blocks + k / _block) * blockBytes + at * _bits / 8];
                int code = cell >> (int)(at * _bits % 8) & mask;
                long group = groups is null ? k / _block : Scalars.ToInt64(groups, k);
                if ((ulong)group >= (ulong)Blocks)
                {
                    throw context.Error($"input 4: expected groups in [0, {Blocks - 1}], got {group}.");
                }

                float zero = zeros is null ? 1 << (int)(_bits - 1)
                    : zeros.Type == ElementType.UInt8 ? zeros.Data[n * zeroRow + group * _bits / 8] >> (int)(group * _bits % 8) & mask
                    : (float)Scalars.ToDouble(zeros, n * Blocks + group);
                dense[n * _k + k] = (code - zero) * scales[n * Blocks + group];
            }
        }
    }
}
