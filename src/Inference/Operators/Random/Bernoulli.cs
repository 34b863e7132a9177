using Inference.Kernels.Threading;
using Inference.Operators.Casting;
using Inference.Operators.Typed;

namespace Inference.Operators.Random;

/// <summary>1 with probability x, else 0, in the type of x or dtype. Source: ONNX Bernoulli, opset 15 on.</summary>
internal sealed unsafe class Bernoulli(Node node) : Operator
{
    private const int DrawWork = 10;
    private readonly float? _seed = node.Attributes.Contains("seed") ? node.Attributes.Float("seed") : null;
    private readonly ElementType _type = TypeAttribute.Read(node, "dtype", TypeSet.Numeric | TypeSet.Bool, ElementType.Undefined);

    public override bool IsDeterministic => _seed is not null;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        context.SetOutput(0, _type != ElementType.Undefined ? _type : type, context.InputShape(0));
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        MersenneTwister random = MersenneTwister.FromSeed(_seed);
        byte* drawn = context.Scratch(Math.Max(1, x.Count));
        var work = default(WorkCounter);
        for (long i = 0; i < x.Count; i++)
        {
            work.Add(DrawWork);
            drawn[i] = random.NextDouble() < Scalars.ToDouble(x, i) ? (byte)1 : (byte)0;
        }

        ElementConverter.Convert(ElementType.UInt8, drawn, y.Type, y.Data, y.Count, saturate: true, Float8E8M0Rounding.Up);
    }
}
