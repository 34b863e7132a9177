using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// com.microsoft Attention on 8-bit X and W: the projection is (X − zero_X)×(W − zero_W)·(scale_X·scale_W) + bias. Inputs: X, W, bias, scale_X, scale_W,
/// mask_index, zero_X, zero_W, past. Source: com.microsoft QAttention.
/// </summary>
internal sealed unsafe class QAttention(Node node) : Operator
{
    private readonly ContribHeads _heads = new(node);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        Shapes.RequireType(context, 1, MatMulInteger.Quantized);
        ElementType type = Shapes.RequireType(context, 3, TypeSet.Float32);
        _heads.Infer(context, type, Shapes.RequireRank(context, 0, 3), Shapes.RequireRank(context, 1, 2), maskInput: 5, pastInput: 8, biasInput: -1);
    }

    public override void PropagateBatch(BatchContext context) => ContribHeads.PropagateBatch(context, maskInput: 5, pastInput: 8);

    public override Kernel? Prepare(PrepareContext context)
    {
        var inputs = new ScaledProductInputs(A: 0, B: 1, ZeroA: 6, ZeroB: 7, Start: -1, Scale: 3, SecondScale: 4, Bias: 2);
        return PackedScaledProduct.Fits(context, in inputs) ? new Prepared(this, PackedScaledProduct.Create(context, in inputs, default)) : null;
    }

    public override void Run(KernelContext context) => Run(context, null);

    private void Run(KernelContext context, PackedScaledProduct? packed)
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        long rows = x.Dims[0] * x.Dims[1];
        long width = w.Dims[1];
        var shape = new ContribShape(_heads, x.Dims[0], x.Dims[1], width, context.OptionalInput(8));
        long product = packed?.ScalesBytes ?? IntegerProduct.ScratchBytes(x, w);
        byte* scratch = context.Scratch(product + (rows * width + shape.ScratchElements) * sizeof(float));
        float* projected = (float*)(scratch + product);
        if (packed is not null)
        {
            packed.Run(context, projected, (nint)rows, scratch);
        }
        else
        {
            Project(context, x, w, scratch, projected);
        }

        shape.Run(context, projected, context.OptionalInput(5), context.OptionalInput(8), null, projected + rows * width);
    }

    private static void Project(KernelContext context, Tensor x, Tensor w, byte* scratch, float* projected)
    {
        Tensor? bias = context.OptionalInput(2);
        Tensor scaleW = context.Input(4);
        long width = w.Dims[1];
        int* sums = (int*)projected;
        IntegerProduct.Run(context, x, context.OptionalInput(6), w, context.OptionalInput(7), [x.Dims[0], x.Dims[1], width], sums, scratch);
        float scaleX = (float)Scalars.ToDouble(context.Input(3));
        for (long i = 0; i < x.Dims[0] * x.Dims[1] * width; i++)
        {
            long column = i % width;
            float scale = scaleX * ((float*)scaleW.Data)[scaleW.Count == 1 ? 0 : column];
            projected[i] = sums[i] * scale + (bias is null ? 0f : ((float*)bias.Data)[column]);
        }
    }

    private sealed class Prepared(QAttention owner, PackedScaledProduct product) : Kernel
    {
        public override void Run(KernelContext context) => owner.Run(context, product);
    }
}
