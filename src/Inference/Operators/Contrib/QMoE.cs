namespace Inference.Operators.Contrib;

/// <summary>
/// A mixture of experts with weights in codes of 2, 4 or 8 bits, the first in the low bits of a byte: w = (code − zero)·scale, one scale a row, or a block of block_size along it;
/// zero points in codes as the weights, 2^(bits − 1) where there are none. See <see cref="MixtureOfExperts"/>. Source: com.microsoft QMoE, quant_type int.
/// </summary>
internal sealed unsafe class QMoE : MixtureOfExperts
{
    private readonly int _bits;
    private readonly long _block;

    public QMoE(Node node)
        : base(node)
    {
        long bits = node.Attributes.Int("expert_weight_bits", 4);
        _block = node.Attributes.Int("block_size", 0);
        string type = node.Attributes.String("quant_type", "int");
        if (type != "int" || node.Attributes.Int("weights_prepacked", -1) is not (-1 or 0))
        {
            throw new ModelLoadException($"{node.Describe()}: expected quant_type int and weights_prepacked −1 or 0, got '{type}' and {node.Attributes.Int("weights_prepacked", -1)}. The other forms are for GPUs; export the model for the CPU.");
        }

        if (bits is not (2 or 4 or 8) || (_block != 0 && (_block < 16 || !long.IsPow2(_block))))
        {
            throw new ModelLoadException($"{node.Describe()}: expected expert_weight_bits 2, 4 or 8 and a block_size that is 0 or a power of two of at least 16, got {bits} and {_block}.");
        }

        _bits = (int)bits;
    }

    protected override int Pack => 8 / _bits;

    protected override int MixInput => 14;

    // As ONNX Runtime's CPU provider weighs.
    protected override bool IsSoftmaxOfChosen => true;

    protected override int Matrices(int product) => (3 * product) - 1;

    protected override int Biases(int product) => (3 * product) + 1;

    protected override long BufferSize(long rows, long columns) => TensorShape.Count([rows, columns]);

    protected override void CheckMore(InferContext context, int product, long rows, long columns)
    {
        long blocks = Blocks(columns);
        RequireRow(context, 3 * product, rows, blocks, "scales");
        RequireRow(context, 10 + product, _block == 0 ? (rows + Pack - 1) / Pack : rows, (blocks + Pack - 1) / Pack, "zero points");
    }

    protected override float* Matrix(KernelContext context, int product, long expert, long rows, long columns, float* buffer)
    {
        long blocks = Blocks(columns);
        long size = _block == 0 ? columns : _block;
        byte* codes = context.Input(Matrices(product)).Data + (expert * rows * (columns / Pack));
        float* scales = (float*)context.Input(3 * product).Data + (expert * rows * blocks);
        byte* zeros = context.HasInput(10 + product) ? context.Input(10 + product).Data : null;
        long zeroRow = (blocks + Pack - 1) / Pack;
        zeros = zeros is null ? null : zeros + (expert * (_block == 0 ? (rows + Pack - 1) / Pack : rows * zeroRow));
        for (long row = 0; row < rows; row++)
        {
            if (row % 64 == 0)
            {
                context.ThrowIfCancelled();
            }

            for (long block = 0; block < blocks; block++)
            {
                float scale = scales[(row * blocks) + block];
                int zero = zeros is null ? 1 << (_bits - 1) : _block == 0 ? Code(zeros, row) : Code(zeros + (row * zeroRow), block);
                long end = Math.Min(columns, (block + 1) * size);
                for (long i = block * size; i < end; i++)
                {
                    buffer[(row * columns) + i] = (Code(codes + (row * (columns / Pack)), i) - zero) * scale;
                }
            }
        }

        return buffer;
    }

    private long Blocks(long columns) => _block == 0 ? 1 : (columns + _block - 1) / _block;

    private int Code(byte* codes, long index) => (codes[index / Pack] >> (int)(index % Pack * _bits)) & ((1 << _bits) - 1);

    private void RequireRow(InferContext context, int input, long rows, long blocks, string what)
    {
        if (context.InputShape(input) is { } shape && ((shape[1].Size is { } r && r != rows) || (shape.Length == 3 && shape[2].Size is { } b && b != blocks) || shape.Length != (_block == 0 ? 2 : 3)))
        {
            throw context.Error($"input {input}: expected {what} [E,{rows}{(_block == 0 ? "" : $",{blocks}")}], got [{string.Join(",", shape)}].");
        }
    }
}
