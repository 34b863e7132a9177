using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Loss;

/// <summary>
/// loss = −w[t]·x[n, t, ..] for targets t [N, ..] in logs of probabilities x [N, C, ..] (NegativeLogLikelihoodLoss), or in scores whose log-softmax is taken first
/// (SoftmaxCrossEntropyLoss; output 1 is it). ignore_index leaves targets out; the mean divides by the sum of the weights. Sources: ONNX, opsets 12 to 22.
/// </summary>
internal sealed unsafe class LikelihoodLoss : FloatOperator
{
    // An element takes an exponential and a logarithm of its classes: about four steps.
    private const long CheckEvery = KernelContext.CheckEvery / 4;

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
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        Dimension[]? target = context.InputShape(1);
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
            if ((i & 0xFFFF) == 0)
            {
                context.ThrowIfCancelled();
            }

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
        long budget = 0;
        for (long n = 0; n < batch && inner * classes > 0; n++)
        {
            for (long i = 0; i < inner; i++)
            {
                budget -= classes;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = CheckEvery;
                }

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
