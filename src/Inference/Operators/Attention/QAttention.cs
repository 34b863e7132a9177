using Inference.Graph;
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

    public override void Infer(InferContext context)
    {
        Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        Shapes.RequireType(context, 1, MatMulInteger.Quantized);
        ElementType type = Shapes.RequireType(context, 3, TypeSet.Float32);
        _heads.Infer(context, type, Shapes.RequireRank(context, 0, 3), Shapes.RequireRank(context, 1, 2), pastInput: 8);
    }

    public override void PropagateBatch(BatchContext context) => ContribHeads.PropagateBatch(context, maskInput: 5, pastInput: 8);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor? bias = context.OptionalInput(2);
        Tensor scaleW = context.Input(4);
        long rows = x.Dims[0] * x.Dims[1];
        long width = w.Dims[1];
        var shape = new ContribShape(_heads, x.Dims[0], x.Dims[1], width, context.OptionalInput(8));
        long product = IntegerProduct.ScratchBytes(x, w);
        byte* scratch = context.Scratch(product + (rows * width + shape.ScratchElements) * sizeof(float));
        int* sums = (int*)(scratch + product);
        float* projected = (float*)sums;
        IntegerProduct.Run(context, x, context.OptionalInput(6), w, context.OptionalInput(7), [x.Dims[0], x.Dims[1], width], sums, scratch);
        float scaleX = (float)Scalars.ToDouble(context.Input(3));
        for (long i = 0; i < rows * width; i++)
        {
            long column = i % width;
            float scale = scaleX * ((float*)scaleW.Data)[scaleW.Count == 1 ? 0 : column];
            projected[i] = sums[i] * scale + (bias is null ? 0f : ((float*)bias.Data)[column]);
        }

        shape.Run(context, projected, context.OptionalInput(5), context.OptionalInput(8), null, projected + rows * width);
    }
}
