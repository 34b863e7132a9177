using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>The same elements under another shape; 0 keeps a dimension (unless allowzero), −1 takes what is left. Source: ONNX Reshape, opsets 1 to 25.</summary>
internal sealed class Reshape(Node node) : Operator
{
    private readonly bool _allowZero = node.Attributes.Int("allowzero", 0) != 0;
    private readonly long[]? _shape = node.HasInput(1) ? null
        : node.Opset < 5 ? node.Attributes.Ints("shape") ?? []
        : throw new ModelLoadException($"{node.Describe()}: expected input 1 (shape), but it is omitted.");

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? input = context.InputShape(0);
        if ((_shape ?? context.InputConstant(1)?.ToInt64Array()) is { } wanted)
        {
            ShapeRules.CheckRank(context, wanted.Length);
            Propagate(context, type, FromNumbers(context, input, wanted));
        }
        else if (context.InputShapeData(1) is { } data)
        {
            ShapeRules.CheckRank(context, data.Length);
            Propagate(context, type, FromDimensions(context, input, data));
        }
        else
        {
            long rank = ShapeRules.Length(context, 1);
            context.SetOutput(0, type, rank < 0 ? null : ShapeRules.Unknown(context, rank));
        }
    }

    public override void Run(KernelContext context) => context.Input(0).CopyTo(context.Output(0));

    public override int AliasOf(int output) => 0;

    public override void PropagateBatch(BatchContext context) => ReshapeBatch.Propagate(context, shapeInput: 1);

    private static void Propagate(InferContext context, ElementType type, Dimension[] shape)
    {
        context.SetOutput(0, type, shape);
        if (shape.Length <= 1 && context.InputShapeData(0) is { } data)
        {
            context.SetOutputShapeData(0, data);
        }
    }

    private Dimension[] FromNumbers(InferContext context, Dimension[]? input, long[] wanted)
    {
        var result = new Dimension[wanted.Length];
        int rest = -1;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == -1)
            {
                rest = rest < 0 ? i : throw context.Error($"shape: expected at most one -1, got [{string.Join(",", wanted)}].");
            }
            else if (wanted[i] == 0 && !_allowZero)
            {
                if (input is not null && i >= input.Length)
                {
                    throw context.Error($"shape: 0 at position {i} requires an input of rank greater than {i}, got {ShapeRules.Format(input)}.");
                }

                result[i] = input?[i] ?? Dimension.Unknown;
            }
            else
            {
                result[i] = wanted[i] >= 0 ? Dimension.Fixed(wanted[i]) : throw context.Error($"shape: expected dimensions ≥ -1, got [{string.Join(",", wanted)}].");
            }
        }

        if (rest >= 0)
        {
            if (_allowZero && Array.IndexOf(wanted, 0) >= 0)
            {
                throw context.Error($"shape: expected no -1 together with a 0 because allowzero is set, got [{string.Join(",", wanted)}].");
            }

            if (input is not null)
            {
                result[rest] = Rest(input, result, rest)
                    ?? throw context.Error($"expected a shape with as many elements as {ShapeRules.Format(input)}, got [{string.Join(",", wanted)}].");
            }
        }

        RequireCount(context, input, result);
        return result;
    }

    // An unknown entry may stand for −1, for 0 or for a number: where it is the only one, all three give what is left.
    private Dimension[] FromDimensions(InferContext context, Dimension[]? input, Dimension[] data)
    {
        var result = (Dimension[])data.Clone();
        int rest = -1;
        for (int i = 0; i < result.Length; i++)
        {
            if (result[i].Size == 0 && !_allowZero && input is not null && i < input.Length)
            {
                result[i] = input[i];
            }

            if (!result[i].IsFixed && result[i].Symbol is null)
            {
                rest = rest == -1 ? i : -2;
            }
        }

        // Beside a 0, any number gives no elements.
        if (rest >= 0 && input is not null && !Array.Exists(result, d => d.Size == 0) && Rest(input, result, rest) is { } left)
        {
            result[rest] = left;
        }

        RequireCount(context, input, result);
        return result;
    }

    private static void RequireCount(InferContext context, Dimension[]? input, Dimension[] result)
    {
        if (input is not null && Shapes.Product(input) is { IsFixed: true } have && Shapes.Product(result) is { IsFixed: true } want && have != want)
        {
            throw context.Error($"expected a shape with as many elements as {ShapeRules.Format(input)}, got {ShapeRules.Format(result)}.");
        }
    }

    // input ÷ (others of output); symbols on both sides cancel. Null where it does not divide.
    private static Dimension? Rest(Dimension[] input, Dimension[] output, int rest)
    {
        var left = new List<Dimension>(input);
        long divisor = 1;
        bool unknown = false;
        for (int i = 0; i < output.Length; i++)
        {
            if (i == rest)
            {
                continue;
            }

            if (output[i].Size is { } size)
            {
                divisor = checked(divisor * size);
            }
            else
            {
                unknown |= output[i].Symbol is null || !left.Remove(output[i]);
            }
        }

        if (unknown)
        {
            return Dimension.Unknown;
        }

        Dimension product = Shapes.Product(left.ToArray());
        if (divisor == 0)
        {
            // Nothing can be told from 0 = 0 · x; ONNX Runtime takes 0 too.
            return product.Size is null or 0 ? Dimension.Fixed(0) : null;
        }

        if (product.Size is { } count)
        {
            return count % divisor == 0 ? Dimension.Fixed(count / divisor) : null;
        }

        if (divisor == 1)
        {
            return product;
        }

        // symbol · c ÷ c is the symbol.
        long factor = 1;
        Dimension symbol = Dimension.Unknown;
        int symbols = 0;
        foreach (Dimension dim in left)
        {
            if (dim.Size is { } size)
            {
                factor = checked(factor * size);
            }
            else
            {
                symbol = dim;
                symbols++;
            }
        }

        return symbols == 1 && factor == divisor ? symbol : Dimension.Unknown;
    }
}
