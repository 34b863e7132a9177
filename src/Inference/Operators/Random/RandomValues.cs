using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Random;

/// <summary>
/// Random numbers, uniform in [low, high) or normal with mean and scale, of a shape given by attribute or by the input; seeded by the attribute, otherwise by
/// chance. Sources: ONNX RandomUniform, RandomNormal and their Like forms, opsets 1 to 22.
/// </summary>
internal sealed class RandomValues : Operator
{
    private readonly bool _normal;
    private readonly bool _like;
    private readonly long[]? _shape;
    private readonly float? _seed;
    private readonly float _first;
    private readonly float _second;
    private readonly ElementType _type;

    public RandomValues(Node node, bool normal, bool like)
    {
        _normal = normal;
        _like = like;
        _seed = node.Attributes.Contains("seed") ? node.Attributes.Float("seed") : null;
        _first = normal ? node.Attributes.Float("mean", 0f) : node.Attributes.Float("low", 0f);
        _second = normal ? node.Attributes.Float("scale", 1f) : node.Attributes.Float("high", 1f);
        _type = TypeAttribute.Read(node, "dtype", TypeSet.Floating, like ? ElementType.Undefined : ElementType.Float32);
        _shape = like ? null : node.Attributes.Ints("shape") ?? throw new ModelLoadException($"{node.Describe()}: attribute 'shape': expected dimensions, but it is absent.");
        if (_shape is not null && (_shape.Length > ShapeMath.MaxRank || Array.Exists(_shape, d => d < 0)))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'shape': expected at most {ShapeMath.MaxRank} sizes ≥ 0, got [{string.Join(",", _shape)}].");
        }
    }

    public override bool IsDeterministic => _seed is not null;

    protected override void InferOutputs(InferContext context)
    {
        ElementType input = _like ? context.InputType(0) : ElementType.Float32;
        ElementType type = _type != ElementType.Undefined ? _type : TypeSet.Floating.Contains(input) || input == ElementType.Undefined ? input : ElementType.Float32;
        context.SetOutput(0, type, _like ? context.InputShape(0) : Shapes.Fixed(_shape));
    }

    public override void Run(KernelContext context)
    {
        var action = new Action(context, this);
        Dispatch.Floating(context.Output(0).Type, ref action);
    }

    private readonly struct Action(KernelContext context, RandomValues values) : IFloatAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            MersenneTwister random = MersenneTwister.FromSeed(values._seed);
            Span<T> target = context.Output(0).Span<T>();
            for (int i = 0; i < target.Length; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                double value = values._normal
                    ? values._first + values._second * random.NextGaussian()
                    : values._first + ((double)values._second - values._first) * random.NextDouble();
                target[i] = E.Store(C.CreateTruncating(value));
            }
        }
    }
}
