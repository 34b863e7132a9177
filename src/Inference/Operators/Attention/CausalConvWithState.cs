using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Elementwise;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Elementwise.TwoInputs;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Depthwise convolution over the last axis that sees the past only: X[B, C, L] after the state [B, C, P] (zeros without one), weights [C, 1, K], bias [C], then silu or
/// nothing; P = dilation·(K − 1). Output 1 is the last P inputs. With channels_last X is [B, L, C..] and the state [B, P, C..]. Sources: ONNX CausalConvWithState, opset 27;
/// com.microsoft CausalConvWithState, which has dilation and channels_last.
/// </summary>
internal sealed unsafe class CausalConvWithState : FloatOperator
{
    // As for other windows.
    private const long MaxDilation = Convolution.WindowAttributes.MaxExtent;

    private readonly bool _silu;
    private readonly bool _last;
    private readonly long _dilation;

    public CausalConvWithState(Node node)
    {
        _last = node.Attributes.Int("channels_last", 0) != 0;
        _dilation = node.Attributes.Int("dilation", 1);
        if (_dilation is < 1 or > MaxDilation || node.Attributes.Int("ndim", 1) != 1 || node.Attributes.Int("state_window", 0) != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected a dilation from 1 to {MaxDilation}, ndim 1 and state_window 0, got {_dilation}, {node.Attributes.Int("ndim", 1)} and {node.Attributes.Int("state_window", 0)}.");
        }

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
        Dimension[]? x = _last ? Shapes.RequireRankAtLeast(context, 0, 3) : Shapes.RequireRank(context, 0, 3);
        Dimension[]? w = Shapes.RequireRank(context, 1, 3);
        context.SetOutput(0, type, x);
        if (w?[2].Size == 0)
        {
            throw context.Error("input 1: expected a kernel of at least one element, got none.");
        }

        Dimension keep = w?[2].Size is { } kernel ? Shapes.Product([Dimension.Fixed(kernel - 1), Dimension.Fixed(_dilation)]) : Dimension.Unknown;
        Dimension channels = x is null ? Dimension.Unknown : _last ? Shapes.Product(x.AsSpan(2)) : x[1];
        if (channels.Size is { } own && w?[0].Size is { } filters && own != filters)
        {
            throw context.Error($"input 1: expected a kernel for each of {own} channels, got [{string.Join(",", w)}].");
        }

        Shapes.RequireHoldable(context, "state [batch, channels, dilation·(kernel − 1)]", x?[0] ?? Dimension.Unknown, channels, keep);
        Dimension[]? state = x is null ? null : _last ? [x[0], keep, .. x[2..]] : [x[0], x[1], keep];
        if (state is not null)
        {
            Shapes.RequireShape(context, 3, state);
        }

        context.SetOutput(1, type, state);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == BatchContext.None
            && (!context.Node.HasInput(2) || context.InputAxis(2) == BatchContext.None) && (!context.Node.HasInput(3) || context.InputAxis(3) == 0);
        context.SetAll(apart, 0);
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
        long length = _last ? x.Dims[1] : x.Dims[2];
        long channels = _last ? TensorShape.Count(x.Dims[2..]) : x.Dims[1];
        long kernel = w.Dims[2];
        long keep = (kernel - 1) * _dilation;
        long step = _last ? channels : 1;
        C* line = (C*)context.Scratch((keep + length + 1) * sizeof(C));
        var work = default(WorkCounter);
        for (long row = 0; row < x.Dims[0] * channels; row++)
        {
            Copy(state is null ? null : state + Start(row, channels, keep), step, line, keep);
            Copy((C*)x.Data + Start(row, channels, length), step, line + keep, length);
            C* weights = (C*)w.Data + row % channels * kernel;
            C* target = (C*)context.Output(0).Data + Start(row, channels, length);
            for (long i = 0; i < length; i++)
            {
                work.Add(kernel);
                C sum = C.Zero;
                for (long k = 0; k < kernel; k++)
                {
                    sum += weights[k] * line[i + (k * _dilation)];
                }

                sum = bias is null ? sum : sum + bias[row % channels];
                target[i * step] = _silu ? sum * Functions.Sigmoid(sum) : sum;
            }

            C* next = context.HasOutput(1) ? (C*)context.Output(1).Data + Start(row, channels, keep) : null;
            for (long i = 0; next is not null && i < keep; i++)
            {
                next[i * step] = line[length + i];
            }
        }
    }

    // Where the line of one channel of one batch starts.
    private long Start(long row, long channels, long length) => _last ? (row / channels * length * channels) + (row % channels) : row * length;

    private static void Copy<C>(C* source, long step, C* target, long count)
        where C : unmanaged, INumber<C>
    {
        for (long i = 0; i < count; i++)
        {
            target[i] = source is null ? C.Zero : source[i * step];
        }
    }
}
