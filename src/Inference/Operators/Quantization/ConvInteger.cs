using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Y (int32) = conv(X − zero_X, W − zero_W), exact; inputs (X, W, zero_X, zero_W), the last one value or one a filter. Source: ONNX ConvInteger, opset 10.</summary>
internal sealed unsafe class ConvInteger(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly long _group = Conv.ReadGroup(node);

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Int32, ConvShape.Infer(context, 0, 1, _window, _group));
    }

    public override long CountMacs(InferContext context) => ConvShape.CountMacs(context, 0, 1, _window, _group);

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override Kernel? Prepare(PrepareContext context) => PackedIntegerConv.TryCreate(context, _window, _group);

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        IntegerConv.Run(context, _window, _group, context.Input(0), context.OptionalInput(2), context.Input(1), context.OptionalInput(3), y, new Sink(y));
    }

    private readonly struct Sink(Tensor y) : IntegerConv.ISink
    {
        public void Store(long row, long filter, long first, int* sums, long count)
        {
            long plane = TensorShape.Count(y.Dims[2..]);
            Buffer.MemoryCopy(sums, (int*)y.Data + (row * y.Dims[1] + filter) * plane + first, count * sizeof(int), count * sizeof(int));
        }
    }
}
