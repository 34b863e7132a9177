using Inference.Kernels.Quantized;

namespace Inference.Operators.Fused;

/// <summary>y = table[x] on 8-bit elements: what dequantizing, an element-wise function and quantizing give for each of the 256 values. The constant input 1 is the
/// table, uint8 or int8 [256], by the bits of x. Made by quantization fusion.</summary>
internal sealed unsafe class QLookup : Operator
{
    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, context.InputType(1), context.InputShape(0));

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        ByteTable.Run(x.Data, context.Output(0).Data, (nint)x.Count, context.Input(1).Data);
    }
}
