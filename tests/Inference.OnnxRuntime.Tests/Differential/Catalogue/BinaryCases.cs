namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Tensors that broadcast to one another.</summary>
internal static class BinaryCases
{
    private static readonly ElementType[] s_numbers = [ElementType.Float32, ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int32, ElementType.Int64, ElementType.UInt32, ElementType.UInt64, ElementType.Int8, ElementType.UInt8];
    private static readonly ElementType[] s_floats = [ElementType.Float32, ElementType.Float32, ElementType.Float64];
    private static readonly ElementType[] s_integers = [ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.Int8, ElementType.Int16, ElementType.UInt16, ElementType.UInt32, ElementType.UInt64];

    public static IEnumerable<OperatorCases> All =>
    [
        .. new[] { "Add", "Sub", "Mul" }.Select(static op => Two(op, s_numbers, special: true)),
        new("Div", static random =>
        {
            ElementType type = random.Pick(s_numbers);
            return Two("Div", random, type, type, special: true, divisor: true);
        }),
        new("Pow", static random =>
        {
            ElementType type = random.Pick(s_floats);
            return Two("Pow", random, type, type, special: false).Tolerance(2e-5, 1e-6);
        }),
        new("Mod", static random =>
        {
            bool floating = random.Chance(0.4);
            ElementType type = random.Pick(floating ? s_floats : s_integers);
            return Two("Mod", random, type, type, special: false, divisor: true).Attr("fmod", floating ? 1 : random.Int(0, 1));
        }),
        new("PRelu", static random =>
        {
            long[] shape = random.Shape(1, 4);
            ElementType type = random.Pick(s_floats);
            return new OperatorBuilder(random, "PRelu").In(random.Tensor(type, shape), false).In(random.Tensor(type, random.BroadcastInto(shape))).Out(type);
        }),
        .. new[] { "And", "Or", "Xor" }.Select(static op => new OperatorCases(op, random => Two(op, random, ElementType.Bool, ElementType.Bool, special: false))),
        .. new[] { "BitwiseAnd", "BitwiseOr", "BitwiseXor" }.Select(static op => Two(op, s_integers, special: false)),
        new("BitShift", static random =>
        {
            ElementType type = random.Pick(ElementType.UInt8, ElementType.UInt32, ElementType.UInt64);
            long[] shape = random.Shape(0, 4);
            TensorValue shift = type switch
            {
                ElementType.UInt8 => TensorValue.Copy([(byte)random.Int(0, 7)], [1]),
                ElementType.UInt32 => TensorValue.Copy([(uint)random.Int(0, 31)], [1]),
                _ => TensorValue.Copy([(ulong)random.Int(0, 63)], [1]),
            };
            return new OperatorBuilder(random, "BitShift").In(random.Tensor(type, shape), false).In(shift).Attr("direction", random.Pick("LEFT", "RIGHT")).Out(type);
        }),
        .. new[] { "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(s_numbers);
            return Two(op, random, type, ElementType.Bool, special: true);
        })),
        .. new[] { "Max", "Min" }.Select(static op => Many(op, s_numbers)),
        .. new[] { "Mean", "Sum" }.Select(static op => Many(op, s_floats)),
        new("Where", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.UInt8, ElementType.Bool, ElementType.String);
            long[] shape = random.Shape(0, 4);
            return new OperatorBuilder(random, "Where").In(random.Tensor(ElementType.Bool, random.BroadcastInto(shape)), false)
                .In(random.Tensor(type, random.BroadcastInto(shape), special: true)).In(random.Tensor(type, random.BroadcastInto(shape))).Out(type);
        }),
    ];

    private static OperatorCases Two(string op, ElementType[] types, bool special) => new(op, random =>
    {
        ElementType type = random.Pick(types);
        return Two(op, random, type, type, special);
    });

    private static OperatorBuilder Two(string op, CaseRandom random, ElementType type, ElementType result, bool special, bool divisor = false)
    {
        long[] shape = random.Shape(0, 4);
        TensorValue a = random.Tensor(type, random.BroadcastInto(shape), special);
        TensorValue b = random.Tensor(type, random.BroadcastInto(shape), special);
        if (divisor && type is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16))
        {
            NonZero(b);
        }

        return new OperatorBuilder(random, op).In(a, false).In(b).Out(result);
    }

    private static OperatorCases Many(string op, ElementType[] types) => new(op, random =>
    {
        ElementType type = random.Pick(types);
        long[] shape = random.Shape(0, 4);
        OperatorBuilder builder = new(random, op);
        int count = random.Int(1, 4);
        for (int i = 0; i < count; i++)
        {
            builder.In(random.Tensor(type, random.BroadcastInto(shape)), i == 0 ? false : null);
        }

        return builder.Out(type);
    });

    private static void NonZero(TensorValue tensor)
    {
        Span<byte> bytes = tensor.AsWritableBytes();
        int width = Math.Max(1, tensor.ElementType.BitWidth() / 8);
        for (int i = 0; i < bytes.Length; i += width)
        {
            if (bytes.Slice(i, width).IndexOfAnyExcept((byte)0) < 0)
            {
                bytes[i] = 3;
            }
        }
    }
}
