using Inference.Operators.MatrixProduct;
using Inference.Operators.Quantization;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = (X − zero_X) × (W − zero_W)·(scale_X·scale_W) + bias, in f32 or, with scale_Y, quantized: inputs (X[.., K], scale, zero, W[K, N] or transposed, scale, zero, bias,
/// scale_Y, zero_Y); all but X constant. The bias is int32 in units of scale_X·scale_W. Attribute <c>transB</c>. Made by quantization fusion.
/// </summary>
internal sealed unsafe class QLinear(Node node) : Operator
{
    private readonly bool _transposed = node.Attributes.Int("transB", 0) != 0;
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputConstant(3) is not { Rank: 2 } w)
        {
            throw context.Error("input 3: expected a constant matrix, got a computed value.");
        }

        long n = w.Dims[_transposed ? 0 : 1];
        QuantizedInputs.RequireForm(context, 1);
        QuantizedInputs.RequireForm(context, 4, n);
        Shapes.RequireShape(context, 6, Dimension.Fixed(n));
        if (context.HasInput(7))
        {
            QuantizedInputs.RequireForm(context, 7);
        }

        Dimension[]? y = ProductShape.Infer(context, context.InputShape(0), Shapes.Fixed(w.Dims[_transposed ? 1 : 0], n));
        context.SetOutput(0, context.HasInput(8) ? context.InputType(8) : ElementType.Float32, y);
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } x && context.InputConstant(3) is { } w ? TensorShape.Count(x) * w.Dims[_transposed ? 0 : 1] : 0;

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        context.SetOutputAxis(0, axis >= 0 && axis < (context.InputShape(0)?.Length ?? 0) - 1 ? axis : axis == BatchContext.None ? axis : BatchContext.Mixed);
    }

    public override Kernel Prepare(PrepareContext context) => PackedQuantizedProduct.Create(context, Inputs, context.InputType(0), 1f, _transposed, _clip);

    public override void Run(KernelContext context)
    {
        using PackedQuantizedProduct kernel = PackedQuantizedProduct.Create(context, Inputs, context.Input(0).Type, 1f, _transposed, _clip);
        kernel.Run(context);
    }

    private static QuantizedProductInputs Inputs => new(ScaleA: 1, ZeroA: 2, B: 3, ScaleB: 4, ZeroB: 5, Bias: 6, ScaleY: 7, ZeroY: 8);
}
