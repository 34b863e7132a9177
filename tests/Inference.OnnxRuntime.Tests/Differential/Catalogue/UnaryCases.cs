namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>One tensor in, one of the same shape out.</summary>
internal static class UnaryCases
{
    private static readonly ElementType[] s_floats = [ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16];
    private static readonly ElementType[] s_numbers = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int32, ElementType.Int64, ElementType.Int8];
    private static readonly ElementType[] s_integers = [ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.UInt32];

    public static IEnumerable<OperatorCases> All =>
    [
        .. new[] { "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Cos", "Cosh", "Erf", "Exp", "Floor", "HardSwish", "Log", "Mish", "Reciprocal", "Round", "Sigmoid", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh" }
            .Select(static op => Same(op, s_floats)),
        .. new[] { "Abs", "Neg", "Relu", "Identity" }.Select(static op => Same(op, s_numbers)),
        // Of NaN in float16, ONNX Runtime gives 0, in float32 NaN (docs/differences.md).
        Same("Sign", [.. s_numbers.Where(static type => type != ElementType.Float16)]),
        Same("Elu", s_floats, static b => b.Attr("alpha", b.Random.Single(0.1f, 2))),
        Same("HardSigmoid", s_floats, static b => b.Attr("alpha", b.Random.Single(0.05f, 1)).Attr("beta", b.Random.Single(-1, 1))),
        Same("LeakyRelu", s_floats, static b => b.Attr("alpha", b.Random.Single(-0.5f, 0.5f))),
        Same("Selu", s_floats, static b => b.Attr("alpha", b.Random.Single(0.5f, 2)).Attr("gamma", b.Random.Single(0.5f, 2))),
        Same("Celu", s_floats, static b => b.Attr("alpha", b.Random.Single(0.5f, 2))),
        Same("ThresholdedRelu", s_floats, static b => b.Attr("alpha", b.Random.Single(-1, 1))),
        Same("Shrink", s_numbers, static b => b.Attr("lambd", b.Random.Single(0, 2)).Attr("bias", b.Random.Single(-1, 1))),
        new("Gelu", static random => Build("Gelu", random, s_floats, static b => b.Attr("approximate", b.Random.Pick("none", "tanh")), 20)),
        new("Not", static random => new OperatorBuilder(random, "Not").In(random.Tensor(ElementType.Bool, random.Shape(0, 4)), false).Out(ElementType.Bool)),
        Same("BitwiseNot", s_integers),
        new("IsNaN", static random => Test("IsNaN", random)),
        new("IsInf", static random => Test("IsInf", random).Attr("detect_negative", random.Int(0, 1)).Attr("detect_positive", random.Int(0, 1))),
        new("Dropout", static random =>
        {
            ElementType type = random.Pick(s_floats);
            return new OperatorBuilder(random, "Dropout").In(random.Tensor(type, random.Shape(0, 4)), false).Out(type).Out(ElementType.Bool);
        }),
        new("Clip", static random =>
        {
            ElementType type = random.Pick(s_numbers);
            OperatorBuilder builder = new OperatorBuilder(random, "Clip").In(random.Tensor(type, random.Shape(0, 4), special: true), false);
            _ = random.Chance(0.7) ? builder.In(random.Tensor(type, [])) : builder.Skip();
            return (random.Chance(0.7) ? builder.In(random.Tensor(type, [])) : builder).Out(type);
        }),
        new("Cast", static random => Cast(random, "Cast")),
        new("CastLike", static random => Cast(random, "CastLike")),
    ];

    private static OperatorCases Same(string op, ElementType[] types, Action<OperatorBuilder>? more = null) =>
        new(op, random => Build(op, random, types, more, 18));

    private static OperatorBuilder Build(string op, CaseRandom random, ElementType[] types, Action<OperatorBuilder>? more, long opset)
    {
        ElementType type = random.Pick(types);
        OperatorBuilder builder = new OperatorBuilder(random, op, opset).In(random.Tensor(type, random.Shape(0, 4), special: true), false);
        more?.Invoke(builder);
        return builder.Out(type);
    }

    private static OperatorBuilder Test(string op, CaseRandom random) =>
        new OperatorBuilder(random, op, 20).In(random.Tensor(random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Float16), random.Shape(0, 4), special: true), false).Out(ElementType.Bool);

    private static OperatorBuilder Cast(CaseRandom random, string op)
    {
        ElementType[] types =
        [
            ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8,
            ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.UInt8, ElementType.Bool,
        ];
        ElementType from = random.Pick(types);
        ElementType to = random.Pick(types);
        bool toUnsigned = to is ElementType.UInt64 or ElementType.UInt32 or ElementType.UInt16 or ElementType.UInt8;
        bool fromFloat = from is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16;

        // The specification leaves a float outside the target's range undefined.
        TensorValue x = toUnsigned && fromFloat ? Positive(random, from) : random.Tensor(from, random.Shape(0, 4));
        OperatorBuilder builder = new OperatorBuilder(random, op, 19).In(x, false);
        return (op == "Cast" ? builder.Attr("to", (long)to) : builder.In(random.Tensor(to, [1]), false)).Out(to);
    }

    private static TensorValue Positive(CaseRandom random, ElementType type)
    {
        long[] shape = random.Shape(0, 4);
        float[] values = random.Floats(shape, 0, 100).AsSpan<float>().ToArray();
        return type switch
        {
            ElementType.Float32 => TensorValue.Copy(values, shape),
            ElementType.Float64 => TensorValue.Copy(Array.ConvertAll(values, static x => (double)x), shape),
            ElementType.Float16 => TensorValue.Copy(Array.ConvertAll(values, static x => (Half)x), shape),
            _ => TensorValue.Copy(Array.ConvertAll(values, static x => (BFloat16)x), shape),
        };
    }
}
