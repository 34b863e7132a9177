using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Normalization;

/// <summary>y = x / ‖x‖_p along an axis, p = 1 or 2; a zero norm gives 0. Source: ONNX LpNormalization, opsets 1 and 22.</summary>
internal sealed unsafe class LpNormalization : FloatOperator
{
    private readonly long _axis;
    private readonly long _p;

    public LpNormalization(Node node)
    {
        _axis = node.Attributes.Int("axis", -1);
        _p = node.Attributes.Int("p", 2);
        if (_p is not (1 or 2))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'p': expected 1 or 2, got {_p}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is { } shape)
        {
            Shapes.Axis(context, _axis, shape.Length);
        }

        context.SetOutput(0, type, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        context.SetOutputAxis(0, batch < 0 ? batch : context.InputShape(0) is { } shape && Shapes.Axis(_axis, shape.Length) != batch ? batch : BatchContext.Mixed);
    }

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

        int axis = Shapes.Axis(_axis, x.Rank);
        long outer = TensorShape.Count(x.Dims[..axis]);
        long length = x.Dims[axis];
        long inner = TensorShape.Count(x.Dims[(axis + 1)..]);
        long budget = 0;
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                budget -= length;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                C* from = (C*)x.Data + o * length * inner + i;
                C* to = (C*)y.Data + o * length * inner + i;
                C norm = C.Zero;
                for (long k = 0; k < length; k++)
                {
                    C value = from[k * inner];
                    norm += _p == 1 ? C.Abs(value) : value * value;
                }

                norm = _p == 1 ? norm : C.Sqrt(norm);
                for (long k = 0; k < length; k++)
                {
                    to[k * inner] = norm == C.Zero ? C.Zero : from[k * inner] / norm;
                }
            }
        }
    }
}
