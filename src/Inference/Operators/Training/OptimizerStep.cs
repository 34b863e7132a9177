using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Training;

/// <summary>
/// A step of an optimizer over n tensors: inputs R (rate), T (step count), then n each of X, gradient and states; outputs n each of new X and states. The step is
/// calculated in double. Subclasses say the number of states and the rule.
/// </summary>
internal abstract unsafe class OptimizerStep(Node node, int states) : FloatOperator
{
    protected float NormCoefficient { get; } = node.Attributes.Float("norm_coefficient", 0f);

    protected override int TypeInput => 2;

    protected override void InferOutputs(InferContext context)
    {
        int group = states + 2;
        if (context.InputCount < 2 + group || (context.InputCount - 2) % group != 0)
        {
            throw context.Error($"expected R, T and a multiple of {group} tensors, got {context.InputCount} inputs.");
        }

        int tensors = (context.InputCount - 2) / group;
        for (int i = 0; i < tensors * (states + 1); i++)
        {
            if (!context.HasOutput(i))
            {
                throw context.Error($"expected {tensors * (states + 1)} outputs, the new tensors and their states, but output {i} is omitted.");
            }
        }

        for (int i = 2; i < context.InputCount; i++)
        {
            if (context.InputShape(2 + ((i - 2) % tensors)) is { } own)
            {
                Shapes.RequireShape(context, i, own);
            }
        }

        for (int i = 0; i < tensors * (states + 1); i++)
        {
            // Outputs are the tensors, then their states; the gradients lie between them among the inputs.
            int source = 2 + (i < tensors ? i : i + tensors);
            context.SetOutput(i, context.InputType(source), context.InputShape(source));
        }
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    /// <summary>New x and states from x, the regularised gradient and the old states.</summary>
    protected abstract double Step(double rate, long count, double x, double gradient, Span<double> state);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        double rate = Scalars.ToDouble(context.Input(0));
        long count = Scalars.ToInt64(context.Input(1));
        int tensors = (context.InputCount - 2) / (states + 2);
        Span<double> state = stackalloc double[states];
        for (int t = 0; t < tensors; t++)
        {
            Tensor x = context.Input(2 + t);
            C* gradient = (C*)context.Input(2 + tensors + t).Data;
            for (long i = 0; i < x.Count; i++)
            {
                if ((i & 0xFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                for (int s = 0; s < states; s++)
                {
                    state[s] = double.CreateTruncating(((C*)context.Input(2 + (2 + s) * tensors + t).Data)[i]);
                }

                double value = double.CreateTruncating(((C*)x.Data)[i]);
                double next = Step(rate, count, value, NormCoefficient * value + double.CreateTruncating(gradient[i]), state);
                ((C*)context.Output(t).Data)[i] = C.CreateTruncating(next);
                for (int s = 0; s < states; s++)
                {
                    ((C*)context.Output((1 + s) * tensors + t).Data)[i] = C.CreateTruncating(state[s]);
                }
            }
        }
    }
}
