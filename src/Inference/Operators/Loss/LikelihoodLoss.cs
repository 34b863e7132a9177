using System.Numerics;
using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Loss;

/// <summary>
/// loss = −w[t]·x[n, t, ..] for targets t [N, ..] in logs of probabilities x [N, C, ..] (NegativeLogLikelihoodLoss), or in scores whose log-softmax is taken first
/// (SoftmaxCrossEntropyLoss; output 1 is it). ignore_index leaves targets out; the mean divides by the sum of the weights. Sources: ONNX, opsets 12 to 22.
/// </summary>
internal sealed unsafe class LikelihoodLoss : FloatOperator
{
    private readonly bool _softmax;
    private readonly LossReduction _reduction;
    private readonly long? _ignore;

    public LikelihoodLoss(Node node, bool softmax)
    {
        _softmax = softmax;
        _ignore = node.Attributes.Contains("ignore_index") ? node.Attributes.Int("ignore_index") : null;
        _reduction = node.Attributes.String("reduction", "mean") switch
        {
            "none" => LossReduction.None,
            "sum" => LossReduction.Sum,
            "mean" => LossReduction.Mean,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'reduction': expected none, sum or mean, got '{other}'."),
        };
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireType(context, 1, TypeSet.Index);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, 2);
        Dimension[]? target = context.InputShape(1);
        if (x is not null && target is not null && target.Length != x.Length - 1)
        {
            throw context.Error($"input 1: expected [N, ..] of rank {x.Length - 1} for scores [{string.Join(",", x)}], got [{string.Join(",", target)}].");
        }

        for (int i = 0; x is not null && target is not null && i < target.Length; i++)
        {
            Shapes.Merge(context, x[i == 0 ? 0 : i + 1], target[i], "scores and targets");
        }

        Shapes.RequireType(context, 2, TypeSet.Floating);
        Shapes.RequireShape(context, 2, x?[1] ?? Dimension.Unknown);
        context.SetOutput(0, type, _reduction == LossReduction.None ? target : []);
        if (_softmax && context.HasOutput(1))
        {
            context.SetOutput(1, type, x);
        }
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor target = context.Input(1);
        C* weights = context.OptionalInput(2) is { } w ? (C*)w.Data : null;
        long classes = x.Dims[1];
        long inner = TensorShape.Count(x.Dims[2..]);
        C* logs = (C*)x.Data;
        if (_softmax)
        {
            logs = context.HasOutput(1) ? (C*)context.Output(1).Data : (C*)context.Scratch(Math.Max(1, x.Count) * sizeof(C));
            LogSoftmax(context, (C*)x.Data, logs, x.Dims[0], classes, inner);
        }

        C* losses = _reduction == LossReduction.None ? (C*)context.Output(0).Data : null;
        double sum = 0;
        double weight = 0;
        for (long i = 0; i < target.Count; i++)
        {
            long label = Scalars.ToInt64(target, i);
            C loss = C.Zero;
            if (label != _ignore)
            {
                if ((ulong)label >= (ulong)classes)
                {
                    throw context.Error($"input 1: expected targets in [0, {classes - 1}]{(_ignore is null ? "" : $" or {_ignore}")}, got {label}.");
                }

                C own = weights is null ? C.One : weights[label];
                loss = -logs[(i / inner * classes + label) * inner + i % inner] * own;
                sum += double.CreateTruncating(loss);
                weight += double.CreateTruncating(own);
            }

            if (losses is not null)
            {
                losses[i] = loss;
            }
        }

        if (_reduction != LossReduction.None)
        {
            *(C*)context.Output(0).Data = C.CreateTruncating(_reduction == LossReduction.Sum ? sum : sum / weight);
        }
    }

    private static void LogSoftmax<C>(KernelContext context, C* x, C* y, long batch, long classes, long inner)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long n = 0; n < batch; n++)
        {
            context.ThrowIfCancelled();
            for (long i = 0; i < inner; i++)
            {
                long start = n * classes * inner + i;
                C largest = C.NegativeInfinity;
                for (long c = 0; c < classes; c++)
                {
                    largest = C.Max(largest, x[start + c * inner]);
                }

                C sum = C.Zero;
                for (long c = 0; c < classes; c++)
                {
                    sum += C.Exp(x[start + c * inner] - largest);
                }

                C log = C.Log(sum);
                for (long c = 0; c < classes; c++)
                {
                    y[start + c * inner] = x[start + c * inner] - largest - log;
                }
            }
        }
    }
}
