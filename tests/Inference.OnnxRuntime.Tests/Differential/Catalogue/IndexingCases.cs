namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators that pick or place elements by index or by value.</summary>
internal static class IndexingCases
{
    private static readonly ElementType[] s_any = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.UInt8, ElementType.Bool, ElementType.String];
    private static readonly ElementType[] s_numbers = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32];

    public static IEnumerable<OperatorCases> All =>
    [
        new("Gather", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.FullShape(1, 4);
            // Of strings, ONNX Runtime copies one for each index and not a block (docs/differences.md).
            int axis = type == ElementType.String ? shape.Length - 1 : random.Int(0, shape.Length - 1);
            return new OperatorBuilder(random, "Gather").In(random.Tensor(type, shape), null).In(random.Ints(random.Shape(0, 3), (int)-shape[axis], (int)shape[axis] - 1), false)
                .Attr("axis", axis).Out(type);
        }),
        new("GatherElements", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.FullShape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            long[] indices = [.. shape.Select((d, i) => i == axis ? random.Positive() : random.Int(1, (int)d))];
            return new OperatorBuilder(random, "GatherElements").In(random.Tensor(type, shape), false).In(random.Ints(indices, (int)-shape[axis], (int)shape[axis] - 1)).Attr("axis", axis).Out(type);
        }),
        new("GatherND", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.FullShape(2, 4);
            int depth = random.Int(1, shape.Length);
            return new OperatorBuilder(random, "GatherND").In(random.Tensor(type, shape), false).In(Positions(random, shape, depth, [.. random.FullShape(0, 2)])).Out(type);
        }),
        new("Compress", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.FullShape(1, 3);
            bool flat = random.Chance(0.4);
            int axis = random.Int(0, shape.Length - 1);
            long length = flat ? TensorShape.Count(shape) : shape[axis];
            OperatorBuilder builder = new OperatorBuilder(random, "Compress").In(random.Tensor(type, shape), false).In(random.Tensor(ElementType.Bool, [random.Int(1, (int)length)]));
            return (flat ? builder : builder.Attr("axis", axis)).Out(type);
        }),
        new("NonZero", static random => new OperatorBuilder(random, "NonZero").In(random.Tensor(random.Pick(ElementType.Bool, ElementType.Float32, ElementType.Int64), random.Shape(1, 4)), false).Out(ElementType.Int64)),
        new("TopK", static random =>
        {
            ElementType type = random.Pick(s_numbers);
            long[] shape = random.FullShape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            return new OperatorBuilder(random, "TopK").In(random.Tensor(type, shape), false).In(CaseRandom.Ints(random.Int(0, (int)shape[axis])))
                .Attr("axis", axis).Attr("largest", random.Int(0, 1)).Out(type).Out(ElementType.Int64);
        }),
        new("Unique", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Int64, ElementType.Int8, ElementType.Float64);
            long[] shape = random.FullShape(1, 3);
            OperatorBuilder builder = new OperatorBuilder(random, "Unique").In(random.Tensor(type, shape), false).Attr("sorted", random.Int(0, 1));
            return (random.Chance(0.5) ? builder : builder.Attr("axis", random.Axis(shape.Length))).Out(type).Out(ElementType.Int64).Out(ElementType.Int64).Out(ElementType.Int64);
        }),
    ];

    /// <summary>Positions of <paramref name="depth"/> leading indices each, shape [outer…, depth].</summary>
    internal static TensorValue Positions(CaseRandom random, long[] shape, int depth, long[] outer)
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Int64, [.. outer, depth]);
        Span<long> elements = tensor.AsWritableSpan<long>();
        for (int i = 0; i < elements.Length; i++)
        {
            long size = shape[i % depth];
            elements[i] = random.Int((int)-size, (int)size - 1);
        }

        return tensor;
    }
}
