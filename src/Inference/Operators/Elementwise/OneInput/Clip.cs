using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = min(max(x, low), high); a bound left out is the lowest or the highest finite number of the type. Bounds are attributes before opset 11, inputs from there.
/// Source: ONNX Clip, opsets 1 to 13.</summary>
internal sealed unsafe class Clip : UnaryOperator
{
    /// <summary>Between bounds that are known it is a function of one element.</summary>
    public static readonly UnaryTrait Trait = new(
        () => new FloatForm<Activations.Clamp>(new UnaryParameter("min", float.NegativeInfinity), new UnaryParameter("max", float.PositiveInfinity)),
        n => Bounds(n, out float low, out float high) ? new(Trait!.Form, low, high) : null);

    // (2 − 2⁻⁷) · 2¹²⁷.
    private const float BFloat16Max = 3.38953139e38f;

    private readonly float? _low;
    private readonly float? _high;

    public Clip(Node node)
        : base(TypeSet.Numeric)
    {
        if (node.Opset < 11)
        {
            _low = node.Attributes.Contains("min") ? node.Attributes.Float("min") : null;
            _high = node.Attributes.Contains("max") ? node.Attributes.Float("max") : null;
        }
    }

    /// <summary>The bounds of f32 where they are attributes or constants; false where they are not, or the lower is above the upper.</summary>
    public static bool Bounds(Node clip, out float low, out float high)
    {
        // A bound left out is the lowest or highest finite number.
        bool attributes = clip.Opset < 11;
        low = attributes ? clip.Attributes.Float("min", float.MinValue) : float.MinValue;
        high = attributes ? clip.Attributes.Float("max", float.MaxValue) : float.MaxValue;
        for (int i = 1; i <= 2; i++)
        {
            if (clip.HasInput(i))
            {
                if (clip.Inputs[i]!.Constant is not { Type: ElementType.Float32, Count: 1 } bound)
                {
                    return false;
                }

                (i == 1 ? ref low : ref high) = bound.Span<float>()[0];
            }
        }

        return low <= high;
    }

    protected override void InferOutputs(InferContext context)
    {
        base.InferOutputs(context);
        for (int i = 1; i < context.InputCount; i++)
        {
            Shapes.RequireSameType(context, 0, i);
            if (context.InputShape(i) is { } shape && Shapes.Product(shape).Size is { } count && count != 1)
            {
                throw context.Error($"input {i}: expected a scalar bound, got shape [{string.Join(",", shape)}].");
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    public override void Run(KernelContext context)
    {
        var action = new Action(context, _low, _high);
        if (!Dispatch.Numeric(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, float? low, float? high) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor? lowTensor = context.OptionalInput(1);
            Tensor? highTensor = context.OptionalInput(2);
            C from = lowTensor is not null ? E.Load(lowTensor.Span<T>()[0]) : low is { } l ? C.CreateSaturating(l) : Finite<C>(C.MinValue, -1);
            C to = highTensor is not null ? E.Load(highTensor.Span<T>()[0]) : high is { } h ? C.CreateSaturating(h) : Finite<C>(C.MaxValue, 1);
            Tensor x = context.Input(0);
            var body = new UnaryRange<Limits<C>, E, T, C>(new(from, to), (T*)x.Data, (T*)context.Output(0).Data);
            ElementRanges.Run(ref body, x.Count, cost: 1, context.Threads);
        }

        // The default bound: of float16 and bfloat16, which are computed in float, it is their own.
        private C Finite<C>(C bound, int sign)
            where C : unmanaged, INumber<C> => context.Input(0).Type switch
            {
                ElementType.Float16 => C.CreateSaturating(sign * (float)Half.MaxValue),
                ElementType.BFloat16 => C.CreateSaturating(sign * BFloat16Max),
                _ => bound,
            };
    }

    // Where the lower bound is above the upper, the upper holds; NaN stays NaN.
    private readonly struct Limits<C>(C low, C high) : IVectorFunction<C>
        where C : unmanaged, INumber<C>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply(C x)
        {
            x = x < low ? low : x;
            return x > high ? high : x;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<C> Apply(Vector<C> x)
        {
            var (from, to) = (new Vector<C>(low), new Vector<C>(high));
            x = Vector.ConditionalSelect(Vector.LessThan(x, from), from, x);
            return Vector.ConditionalSelect(Vector.GreaterThan(x, to), to, x);
        }

        public static bool HasVector => true;
    }
}
