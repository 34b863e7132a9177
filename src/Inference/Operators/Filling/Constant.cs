namespace Inference.Operators.Filling;

/// <summary>A tensor that an attribute holds: <c>value</c>, <c>sparse_value</c>, or numbers and strings on their own. Source: ONNX Constant, opsets 1 to 25.</summary>
internal sealed class Constant : Operator
{
    public Constant(Node node)
    {
        Value = Read(node) ?? throw new ModelLoadException($"{node.Describe()}: expected one of the attributes value, sparse_value, value_float(s), value_int(s), value_string(s), got none.");
    }

    /// <summary>The contents.</summary>
    public Tensor Value { get; }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, Value.Type, Shapes.Fixed(Value.Dims));
        if (Value.Type is ElementType.Int64 or ElementType.Int32 && Value.Rank <= 1 && Value.Count <= ShapeMath.MaxComputedData)
        {
            long[] numbers = Value.ToInt64Array();
            if (!Array.Exists(numbers, n => n < 0))
            {
                context.SetOutputShapeData(0, Shapes.Fixed(numbers));
            }
        }
    }

    public override void Run(KernelContext context) => Value.CopyTo(context.Output(0));

    private static Tensor? Read(Node node)
    {
        AttributeMap attributes = node.Attributes;
        if ((attributes.Tensor("value") ?? attributes.Tensor("sparse_value")) is { } tensor)
        {
            return tensor;
        }

        if (attributes.Contains("value_float"))
        {
            return Tensor.Scalar(attributes.Float("value_float"));
        }

        if (attributes.Contains("value_int"))
        {
            return Tensor.Scalar(attributes.Int("value_int"));
        }

        if (attributes.Contains("value_string"))
        {
            return Tensor.Scalar(attributes.String("value_string"));
        }

        if (attributes.Contains("value_floats"))
        {
            float[] floats = attributes.Floats("value_floats")!;
            return Tensor.Create<float>(floats, [floats.Length]);
        }

        if (attributes.Contains("value_ints"))
        {
            long[] ints = attributes.Ints("value_ints")!;
            return Tensor.Create<long>(ints, [ints.Length]);
        }

        if (attributes.Contains("value_strings"))
        {
            string[] strings = attributes.Strings("value_strings")!;
            return Tensor.Create<string>(strings, [strings.Length]);
        }

        return null;
    }
}
