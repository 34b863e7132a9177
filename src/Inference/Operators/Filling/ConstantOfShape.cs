using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Filling;

/// <summary>A tensor of the given shape, filled with <c>value</c> (one element; default float 0). Source: ONNX ConstantOfShape, opsets 9 to 25.</summary>
internal sealed class ConstantOfShape : Operator
{
    private readonly Tensor _value;

    public ConstantOfShape(Node node)
    {
        _value = node.Attributes.Tensor("value") ?? Tensor.Scalar(0f);
        if (_value.Count != 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'value': expected one element, got {_value}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Int64);
        Dimension[]? shape;
        if (ShapeRules.Integers(context, 0) is { } numbers)
        {
            ShapeRules.CheckRank(context, numbers.Length);
            foreach (long number in numbers)
            {
                if (number < 0)
                {
                    throw context.Error($"shape: expected dimensions ≥ 0, got [{string.Join(",", numbers)}].");
                }
            }

            shape = Shapes.Fixed(numbers);
        }
        else
        {
            long rank = ShapeRules.Length(context, 0);
            shape = context.InputShapeData(0) ?? (rank < 0 ? null : ShapeRules.Unknown(context, rank));
        }

        context.SetOutput(0, _value.Type, shape);
        if (shape is { Length: 1 } && shape[0].Size <= ShapeMath.MaxComputedData && _value.Type is ElementType.Int64 or ElementType.Int32 && Integers.At(_value, 0) is >= 0 and { } element)
        {
            var data = new Dimension[shape[0].Size!.Value];
            Array.Fill(data, Dimension.Fixed(element));
            context.SetOutputShapeData(0, data);
        }
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(_value), context, _value, context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        Dimension[]? sizes = context.InputSizes(0);
        int axis = sizes is null ? BatchContext.None : Array.FindIndex(sizes, context.IsBatchDimension);
        if (sizes is null || !context.AreFree(sizes, except: axis))
        {
            context.SetAllMixed();
        }
        else
        {
            context.SetOutputAxis(0, axis);
        }
    }

    private readonly struct Move(Tensor value) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target) =>
            StridedCopy.Fill(ref Elements.Ref<T>(target), Elements.First<T>(value), (nint)target.Count);
    }
}
