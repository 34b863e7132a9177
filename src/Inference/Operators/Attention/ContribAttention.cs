using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Self-attention with its projection: X[B, S, I]·W[I, Hq + Hk + Hv] + bias, split into heads, softmax(scale·Q·Kᵀ + mask + bias)·V. Inputs: X, W, bias, mask_index,
/// past [2, B, H, P, D], attention_bias, past length. Outputs: [B, S, Hv] and present [2, B, H, P + S, D]. Source: com.microsoft Attention.
/// </summary>
internal sealed unsafe class ContribAttention(Node node) : FloatOperator
{
    private readonly ContribHeads _heads = new(node);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2, 4);
        Dimension[]? x = Shapes.RequireRank(context, 0, 3);
        Dimension[]? w = Shapes.RequireRank(context, 1, 2);
        _heads.Infer(context, type, x, w, maskInput: 3, pastInput: 4, biasInput: 5);
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } x && Shapes.Sizes(context.InputShape(1)) is { } w ? TensorShape.Count(x) * w[1] + 2 * x[0] * x[1] * x[1] * w[1] / 3 : 0;

    public override void PropagateBatch(BatchContext context) => ContribHeads.PropagateBatch(context, maskInput: 3, pastInput: 4);

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    public override Kernel? Prepare(PrepareContext context)
    {
        for (int i = 0; i < 6; i++)
        {
            // Masks and lengths are integers.
            if (i != 3 && context.HasInput(i) && context.InputType(i) != ElementType.Float32)
            {
                return null;
            }
        }

        return context.Constant(1) is { } w ? new Prepared(_heads, PackedProduct.Pack(context, 1, w, 1f, transposed: false)) : null;
    }

    protected override void RunSingle(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor? bias = context.OptionalInput(2);
        long rows = x.Dims[0] * x.Dims[1];
        long width = w.Dims[1];
        var shape = new ContribShape(_heads, x.Dims[0], x.Dims[1], width, context.OptionalInput(4));
        float* projected = (float*)context.Scratch((rows * width + shape.ScratchElements) * sizeof(float));
        GemmEpilogue epilogue = default;
        epilogue.Bias = bias is null ? null : (float*)bias.Data;
        GemmF32.Run((float*)x.Data, (nint)x.Dims[2], false, (float*)w.Data, (nint)width, false, projected, (nint)width, (nint)rows, (nint)width, (nint)x.Dims[2], 1f, in epilogue, context.Threads);
        shape.Run(context, projected, context.OptionalInput(3), context.OptionalInput(4), context.OptionalInput(5), projected + rows * width);
    }

    // With the weights of the projection packed once.
    private sealed class Prepared(ContribHeads heads, PackedMatrix weights) : Kernel
    {
        public override string? KernelName => weights.KernelName;

        public override void Run(KernelContext context)
        {
            Tensor x = context.Input(0);
            long rows = x.Dims[0] * x.Dims[1];
            var shape = new ContribShape(heads, x.Dims[0], x.Dims[1], weights.Columns, context.OptionalInput(4));
            using var memory = new AlignedScratch<float>((nint)((rows * weights.Columns) + shape.ScratchElements));
            var epilogue = new GemmEpilogue { Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null };
            GemmF32.Run((float*)x.Data, (nint)x.Dims[2], weights, memory.Pointer, weights.Columns, (nint)rows, in epilogue, context.Threads);
            shape.Run(context, memory.Pointer, context.OptionalInput(3), context.OptionalInput(4), context.OptionalInput(5), memory.Pointer + (rows * weights.Columns));
        }
    }
}
