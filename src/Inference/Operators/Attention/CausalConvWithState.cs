using System.Numerics;
using Inference.Graph;
using Inference.Kernels.Threading;
using Inference.Operators.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Depthwise convolution over the last axis that sees the past only: X[B, C, L] after the state [B, C, K−1] (zeros without one), weights [C, 1, K], bias [C],
/// then silu or nothing. Output 1 is the last K − 1 inputs. Source: ONNX CausalConvWithState, opset 27.
/// </summary>
internal sealed unsafe class CausalConvWithState : FloatOperator
{
    private readonly bool _silu;

    public CausalConvWithState(Node node)
    {
        string activation = node.Attributes.String("activation", "none");
        _silu = activation is "silu" or "swish";
        if (!_silu && activation is not ("none" or ""))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'activation': expected silu, swish or none, got '{activation}'.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2, 3);
        Dimension[]? x = Shapes.RequireRank(context, 0, 3);
        Dimension[]? w = Shapes.RequireRank(context, 1, 3);
        context.SetOutput(0, type, x);
        Dimension keep = w?[2].Size is { } kernel ? Dimension.Fixed(Math.Max(0, kernel - 1)) : Dimension.Unknown;
        if (w?[2].Size == 0)
        {
            throw context.Error("input 1: expected a kernel of at least one element, got none.");
        }

        Shapes.RequireHoldable(context, "state [batch, channels, kernel − 1]", x?[0] ?? Dimension.Unknown, x?[1] ?? Dimension.Unknown, keep);
        if (x is not null)
        {
            Shapes.RequireShape(context, 3, x[0], x[1], keep);
        }

        context.SetOutput(1, type, x is null ? null : [x[0], x[1], keep]);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == BatchContext.None
            && (!context.Node.HasInput(2) || context.InputAxis(2) == BatchContext.None) && (!context.Node.HasInput(3) || context.InputAxis(3) == 0);
        if (!apart)
        {
            context.SetAllMixed();
            return;
        }

        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            context.SetOutputAxis(i, 0);
        }
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        C* bias = context.OptionalInput(2) is { } b ? (C*)b.Data : null;
        C* state = context.OptionalInput(3) is { } p ? (C*)p.Data : null;
        long channels = x.Dims[1];
        long length = x.Dims[2];
        long kernel = w.Dims[2];
        long keep = kernel - 1;
        C* line = (C*)context.Scratch((keep + length + 1) * sizeof(C));
        var work = default(WorkCounter);
        for (long row = 0; row < x.Dims[0] * channels; row++)
        {
            for (long i = 0; i < keep; i++)
            {
                line[i] = state is null ? C.Zero : state[row * keep + i];
            }

            Buffer.MemoryCopy((C*)x.Data + row * length, line + keep, length * sizeof(C), length * sizeof(C));
            C* weights = (C*)w.Data + row % channels * kernel;
            C* target = (C*)context.Output(0).Data + row * length;
            for (long i = 0; i < length; i++)
            {
                work.Add(kernel);
                C sum = C.Zero;
                for (long k = 0; k < kernel; k++)
                {
                    sum += weights[k] * line[i + k];
                }

                sum = bias is null ? sum : sum + bias[row % channels];
                target[i] = _silu ? sum * Functions.Sigmoid(sum) : sum;
            }

            if (context.HasOutput(1))
            {
                Buffer.MemoryCopy(line + length, (C*)context.Output(1).Data + row * keep, keep * sizeof(C), keep * sizeof(C));
            }
        }
    }
}
