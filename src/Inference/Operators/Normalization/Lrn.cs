using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>y = x / (bias + alpha/size · Σ x²)^beta, the sum over the channels from c − ⌊(size−1)/2⌋ to c + ⌈(size−1)/2⌉. Source: ONNX LRN, opsets 1 and 13.</summary>
internal sealed unsafe class Lrn(Node node) : FloatOperator
{
    private readonly float _alpha = node.Attributes.Float("alpha", 1e-4f);
    private readonly float _beta = node.Attributes.Float("beta", 0.75f);
    private readonly float _bias = node.Attributes.Float("bias", 1f);
    private readonly long _size = ReadSize(node);

    protected override void InferOutputs(InferContext context) => context.SetOutput(0, context.InputType(0), context.InputShape(0));

    public override void PropagateBatch(BatchContext context) => Convolution.ConvShape.PropagateBatch(context, 0);

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static long ReadSize(Node node)
    {
        long size = node.Attributes.Int("size");
        return size >= 1 ? size : throw new ModelLoadException($"{node.Describe()}: attribute 'size': expected 1 or more channels, got {size}.");
    }

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        if (x.Count == 0)
        {
            return;
        }

        long budget = 0;
        long channels = x.Dims[1];
        long inner = TensorShape.Count(x.Dims[2..]);
        C scale = C.CreateTruncating(_alpha) / C.CreateTruncating(_size);
        for (long n = 0; n < x.Dims[0]; n++)
        {
            C* source = (C*)x.Data + n * channels * inner;
            C* target = (C*)context.Output(0).Data + n * channels * inner;
            for (long c = 0; c < channels; c++)
            {
                long from = Math.Max(0, c - (_size - 1) / 2);
                long to = Math.Min(channels - 1, c + _size / 2);
                for (long i = 0; i < inner; i++)
                {
                    budget -= to - from;
                    if (--budget < 0)
                    {
                        context.ThrowIfCancelled();
                        budget = KernelContext.CheckEvery;
                    }

                    C sum = C.Zero;
                    for (long k = from; k <= to; k++)
                    {
                        C value = source[k * inner + i];
                        sum += value * value;
                    }

                    target[c * inner + i] = source[c * inner + i] / C.Pow(C.CreateTruncating(_bias) + scale * sum, C.CreateTruncating(_beta));
                }
            }
        }
    }
}
