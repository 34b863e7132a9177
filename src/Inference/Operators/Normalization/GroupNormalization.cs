using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>
/// y = scale·(x − mean)/√(var + epsilon) + bias with statistics over groups of channels of one row (InstanceNormalization: a group is one channel).
/// Scale and bias are per channel, in opset 18's GroupNormalization per group. Sources: ONNX GroupNormalization, opsets 18 and 21; InstanceNormalization, opset 1 on.
/// </summary>
internal sealed unsafe class GroupNormalization(Node node, bool instance) : FloatOperator
{
    private readonly float _epsilon = node.Attributes.Float("epsilon", 1e-5f);
    private readonly long _groups = instance ? 0 : node.Attributes.Int("num_groups");

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, instance ? 3 : 2);
        if (x is not null && x[1].Size is { } channels)
        {
            if (!instance && (_groups <= 0 || channels % _groups != 0))
            {
                throw context.Error($"attribute 'num_groups': expected a divisor of {channels} channels, got {_groups}.");
            }

            if (context.InputShape(1) is { } scale)
            {
                Shapes.RequireShape(context, 2, scale);
            }

            for (int i = 1; i <= 2; i++)
            {
                if (context.InputShape(i) is { } own && Shapes.Product(own).Size is { } size && size != channels && (instance || size != _groups))
                {
                    throw context.Error($"input {i}: expected [{channels}], got [{string.Join(",", own)}].");
                }
            }
        }

        context.SetOutput(0, type, x);
    }

    public override void PropagateBatch(BatchContext context) => Convolution.ConvShape.PropagateBatch(context, 0);

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            return;
        }

        long channels = x.Dims[1];
        long groups = instance ? channels : _groups;
        long inner = TensorShape.Count(x.Dims[2..]);
        long perGroup = channels / groups;
        long length = perGroup * inner;
        C* scale = (C*)context.Input(1).Data;
        C* bias = (C*)context.Input(2).Data;
        long budget = 0;
        bool byGroup = context.Input(1).Count != channels;
        var work = default(WorkCounter);
        for (long n = 0; n < x.Dims[0]; n++)
        {
            for (long g = 0; g < groups; g++)
            {
                budget -= length;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                long offset = (n * groups + g) * length;
                RowNormalization.Statistics(new ReadOnlySpan<C>((C*)x.Data + offset, checked((int)length)), C.CreateTruncating(_epsilon), out C mean, out C inverse);
                for (long c = 0; c < perGroup; c++)
                {
                    work.Add(4 + inner);
                    long channel = byGroup ? g : g * perGroup + c;
                    C factor = inverse * scale[channel];
                    C* from = (C*)x.Data + offset + c * inner;
                    C* to = (C*)y.Data + offset + c * inner;
                    for (long i = 0; i < inner; i++)
                    {
                        to[i] = (from[i] - mean) * factor + bias[channel];
                    }
                }
            }
        }
    }
}
