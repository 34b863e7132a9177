using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Sequences, and optionals of tensors and of sequences.</summary>
internal static class SequenceCases
{
    private static readonly ElementType[] s_types =
    [
        ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int64, ElementType.Int32, ElementType.Int8, ElementType.UInt16, ElementType.Bool, ElementType.String,
    ];

    public static IEnumerable<OperatorCases> All =>
    [
        new("SequenceConstruct", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "SequenceConstruct");
            for (int i = random.Int(1, 4); i > 0; i--)
            {
                builder.In(random.Tensor(type, random.Shape(0, 3)), i > 1 && random.Chance(0.3));
            }

            return builder.Out(Sequence(type));
        }),
        new("SequenceEmpty", static random =>
        {
            // Nothing else gives an empty sequence a use: its type decides what may be inserted.
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "SequenceInsert");
            return builder.From(Empty(random, type)).In(random.Tensor(type, random.Shape(0, 3)), false).Out(Sequence(type));
        }),
        new("SequenceInsert", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "SequenceInsert");
            int count = Items(builder, type);
            builder.In(random.Tensor(type, random.Shape(0, 3)), false);
            return (random.Chance(0.7) ? Position(builder, random.Int(-count - 1, count + 1)) : builder).Out(Sequence(type));
        }),
        new("SequenceErase", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "SequenceErase");
            int count = Items(builder, type);
            return (random.Chance(0.7) ? Position(builder, random.Int(-count - 1, count)) : builder).Out(Sequence(type));
        }),
        new("SequenceAt", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "SequenceAt");
            int count = Items(builder, type);
            return Position(builder, random.Int(-count - 1, count)).Out(type);
        }),
        new("SequenceLength", static random =>
        {
            OperatorBuilder builder = new(random, "SequenceLength");
            _ = Items(builder, random.Pick(s_types));
            return builder.Out(ElementType.Int64);
        }),
        new("SplitToSequence", SplitToSequence),
        new("ConcatFromSequence", ConcatFromSequence),
        new("SequenceMap", SequenceMap),
        new("Optional", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "Optional");
            return random.Pick(0, 1, 2) switch
            {
                0 => builder.In(random.Tensor(type, random.Shape(0, 3)), false).Out(OnnxType.Optional(Tensor(type))),
                1 => builder.In(Filled(random, type), Sequence(type)).Out(OnnxType.Optional(Sequence(type))),
                _ => None(new OperatorBuilder(random, "OptionalHasElement"), random.Chance(0.5) ? Sequence(type) : Tensor(type)).Out(ElementType.Bool),
            };
        }),
        new("OptionalGetElement", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "OptionalGetElement");
            return random.Pick(0, 1, 2, 3, 4) switch
            {
                0 => builder.In(random.Tensor(type, random.Shape(0, 3)), false).Out(type),
                1 => builder.In(Filled(random, type), Sequence(type)).Out(Sequence(type)),
                2 => builder.In(new OptionalValue(random.Tensor(type, random.Shape(0, 3))), OnnxType.Optional(Tensor(type))).Out(type),
                3 => builder.In(new OptionalValue(Filled(random, type)), OnnxType.Optional(Sequence(type))).Out(Sequence(type)),
                _ => None(builder, Tensor(type)).Out(type),
            };
        }),
        new("OptionalHasElement", static random =>
        {
            ElementType type = random.Pick(s_types);
            OperatorBuilder builder = new(random, "OptionalHasElement");
            return (random.Pick(0, 1, 2, 3, 4, 5) switch
            {
                0 => builder.In(random.Tensor(type, random.Shape(0, 3)), false),
                1 => builder.In(Filled(random, type), Sequence(type)),
                2 => builder.In(new OptionalValue(random.Tensor(type, random.Shape(0, 3))), OnnxType.Optional(Tensor(type))),
                3 => builder.In(new OptionalValue(Filled(random, type)), OnnxType.Optional(Sequence(type))),
                4 => None(builder, random.Chance(0.5) ? Tensor(type) : Sequence(type)),
                _ => random.Chance(0.5) ? builder.Skip() : builder,
            }).Out(ElementType.Bool);
        }),
    ];

    public static OnnxType Tensor(ElementType type) => OnnxType.Tensor((OnnxElementType)(int)type);

    public static OnnxType Sequence(ElementType type) => OnnxType.Sequence(Tensor(type));

    /// <summary>A sequence with items, of any shapes of up to 3 axes.</summary>
    public static SequenceValue Filled(CaseRandom random, ElementType type, int most = 4) =>
        new(Enumerable.Range(0, random.Int(1, most)).Select(_ => random.Tensor(type, random.Shape(0, 3))), type);

    private static OnnxNode Empty(CaseRandom random, ElementType type)
    {
        var node = new OnnxNode("SequenceEmpty", [], ["empty"], name: "empty_node");
        if (type != ElementType.Float32 || random.Chance(0.5))
        {
            node.SetAttribute("dtype", (long)type);
        }

        return node;
    }

    // A sequence as the model's input, or an empty one, or one with an item in front.
    private static int Items(OperatorBuilder builder, ElementType type)
    {
        if (builder.Random.Chance(0.15))
        {
            builder.Unused().From(Empty(builder.Random, type));
            return 0;
        }

        SequenceValue items = Filled(builder.Random, type);
        builder.In(items, Sequence(type));
        return items.Count;
    }

    private static OperatorBuilder Position(OperatorBuilder builder, int position) =>
        builder.In(builder.Random.Chance(0.5) ? CaseRandom.Scalar((long)position) : CaseRandom.Scalar(position));

    // ONNX Runtime returns no optional that holds nothing as a model's output.
    private static OperatorBuilder None(OperatorBuilder builder, OnnxType type)
    {
        var none = new OnnxNode("Optional", [], ["none"], name: "none_node");
        none.SetAttribute(OnnxAttribute.FromType("type", type));
        return builder.Unused().From(none);
    }

    private static OperatorBuilder SplitToSequence(CaseRandom random)
    {
        ElementType type = random.Pick(s_types);
        long[] shape = random.Shape(1, 4);
        int axis = random.Int(0, shape.Length - 1);
        OperatorBuilder builder = new OperatorBuilder(random, "SplitToSequence").Attr("axis", random.Chance(0.3) ? axis - shape.Length : axis).In(random.Tensor(type, shape), false);
        switch (random.Int(0, 2))
        {
            case 0:
                return builder.Attr("keepdims", random.Int(0, 1)).Out(Sequence(type));
            case 1:
                return builder.Attr("keepdims", 1).In(random.Chance(0.5) ? CaseRandom.Scalar((long)random.Int(1, 5)) : CaseRandom.Scalar(random.Int(1, 5))).Out(Sequence(type));
            default:
                long left = shape[axis];
                var parts = new List<long>();
                while (left > 0 && parts.Count < 4)
                {
                    parts.Add(random.Int(0, (int)left));
                    left -= parts[^1];
                }

                // What is over goes to the last part, or, rarely, is missing, which both refuse.
                return builder.In(CaseRandom.Ints([.. parts, random.Chance(0.05) ? left + 1 : left])).Out(Sequence(type));
        }
    }

    private static OperatorBuilder ConcatFromSequence(CaseRandom random)
    {
        ElementType type = random.Pick(s_types);
        bool stack = random.Chance(0.5);
        long[] shape = random.Shape(stack ? 0 : 1, 3);
        int ranks = shape.Length + (stack ? 1 : 0);
        int axis = random.Int(-ranks, ranks - 1);
        var items = new TensorValue[random.Int(1, 4)];
        for (int i = 0; i < items.Length; i++)
        {
            long[] own = [.. shape];
            if (!stack && own.Length > 0)
            {
                own[axis < 0 ? axis + ranks : axis] = random.Int(0, 3);
            }

            items[i] = random.Tensor(type, own);
        }

        return new OperatorBuilder(random, "ConcatFromSequence").Attr("axis", axis).Attr("new_axis", stack ? 1L : 0).In(new SequenceValue(items, type), Sequence(type)).Out(type);
    }

    private static OperatorBuilder SequenceMap(CaseRandom random)
    {
        OperatorBuilder builder = new OperatorBuilder(random, "SequenceMap").In(Filled(random, ElementType.Float32), Sequence(ElementType.Float32));
        var body = new InnerGraph("map").In("item", ElementType.Float32);
        int count = ((SequenceValue)builder.Inputs.GetValue("x0")).Count;
        switch (random.Int(0, 3))
        {
            case 0:
                body.Node("Neg", "item", "out").Out("out", ElementType.Float32);
                break;
            case 1:
                // Beside a tensor, which every item is joined with.
                builder.In(random.Tensor(ElementType.Float32, []), false);
                body.In("other", ElementType.Float32).Node("Add", "item other", "out").Out("out", ElementType.Float32);
                break;
            case 2:
                // Beside a second sequence of the same length.
                builder.In(new SequenceValue(Enumerable.Range(0, count).Select(_ => random.Tensor(ElementType.Float32, [])), ElementType.Float32), Sequence(ElementType.Float32));
                body.In("other", ElementType.Float32).Node("Mul", "item other", "out").Out("out", ElementType.Float32);
                break;
            default:
                builder.Value(random.Tensor(ElementType.Float32, []), name: "outer");
                body.Node("Sub", "item outer", "out").Node("Shape", "item", "shape").Out("out", ElementType.Float32).Out("shape", ElementType.Int64);
                break;
        }

        builder.With(OnnxAttribute.FromGraph("body", body.Graph)).Out(Sequence(ElementType.Float32));
        return body.Graph.Outputs.Count == 2 ? builder.Out(Sequence(ElementType.Int64)) : builder;
    }
}
