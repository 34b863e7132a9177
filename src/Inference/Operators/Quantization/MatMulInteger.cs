using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Y (int32) = (A − zero_A) × (B − zero_B), exact, wrapping. Source: ONNX MatMulInteger, opset 10.</summary>
internal sealed unsafe class MatMulInteger : Operator
{
    internal static readonly TypeSet Quantized = TypeSet.Of(ElementType.UInt8, ElementType.Int8);

    protected override void InferOutputs(InferContext context)
    {
        ProductParameters.CheckRows(context, 2, context.InputShape(0));
        ProductParameters.CheckColumns(context, 3, context.InputShape(1));
        context.SetOutput(0, ElementType.Int32, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));
    }

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context)
    {
        if ((context.InputCount > 2 && context.InputAxis(2) != BatchContext.None) || (context.InputCount > 3 && context.InputAxis(3) != BatchContext.None))
        {
            context.SetAllMixed();
            return;
        }

        ProductShape.PropagateBatch(context);
    }

    public override Kernel? Prepare(PrepareContext context) => PackedIntegerProduct.TryCreate(context);

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        byte* scratch = context.Scratch(IntegerProduct.ScratchBytes(a, b));
        IntegerProduct.Run(context, a, context.OptionalInput(2), b, context.OptionalInput(3), y.Dims, (int*)y.Data, scratch);
    }
}
