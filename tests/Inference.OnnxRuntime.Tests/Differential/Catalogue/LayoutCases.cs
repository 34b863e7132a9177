namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators that move elements: transposing, joining, cutting, padding.</summary>
internal static class LayoutCases
{
    private static readonly ElementType[] s_any = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.UInt8, ElementType.Bool, ElementType.String];
    private static readonly ElementType[] s_numbers = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32];

    public static IEnumerable<OperatorCases> All =>
    [
        new("Transpose", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(0, 5);
            OperatorBuilder builder = new OperatorBuilder(random, "Transpose").In(random.Tensor(type, shape), false);
            return (random.Chance(0.8) ? builder.Attr("perm", random.Permutation(shape.Length)) : builder).Out(type);
        }),
        new("Concat", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            OperatorBuilder builder = new(random, "Concat");
            int count = random.Int(1, 4);
            for (int i = 0; i < count; i++)
            {
                long[] own = [.. shape];
                own[axis] = random.Dim();
                builder.In(random.Tensor(type, own), i == 0 ? false : null);
            }

            return builder.Attr("axis", random.Chance(0.3) ? axis - shape.Length : axis).Out(type);
        }),
        new("Split", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.FullShape(1, 4);
            int axis = random.Int(0, shape.Length - 1);
            int count = random.Int(1, 3);
            long[] sizes = [.. Enumerable.Range(0, count).Select(_ => (long)random.Int(0, 4))];
            bool equal = random.Chance(0.4);

            // Of uneven parts the last is the smaller; ONNX Runtime refuses one that would be empty (docs/differences.md).
            shape[axis] = equal ? (count * random.Int(1, 4)) - (count > 1 ? random.Int(0, 1) : 0) : sizes.Sum();
            equal &= shape[axis] - ((count - 1) * ((shape[axis] + count - 1) / count)) > 0;
            shape[axis] = equal ? shape[axis] : sizes.Sum();
            OperatorBuilder builder = new OperatorBuilder(random, "Split").In(random.Tensor(type, shape), false).Attr("axis", axis);
            _ = equal ? builder.Attr("num_outputs", count) : builder.In(CaseRandom.Ints(sizes));
            for (int i = 0; i < count; i++)
            {
                builder.Out(type);
            }

            return builder;
        }),
        new("Slice", Slice),
        Pad(),
        new("DepthToSpace", static random =>
        {
            int block = random.Int(1, 3);
            return new OperatorBuilder(random, "DepthToSpace").In(random.Tensor(ElementType.Float32, [random.Int(1, 2), block * block * random.Int(1, 3), random.Int(1, 4), random.Int(1, 4)]), false)
                .Attr("blocksize", block).Attr("mode", random.Pick("DCR", "CRD")).Out(ElementType.Float32);
        }),
        new("SpaceToDepth", static random =>
        {
            int block = random.Int(1, 3);
            return new OperatorBuilder(random, "SpaceToDepth").In(random.Tensor(ElementType.Float32, [random.Int(1, 2), random.Int(1, 3), block * random.Int(1, 4), block * random.Int(1, 4)]), false)
                .Attr("blocksize", block).Out(ElementType.Float32);
        }),
        new("Trilu", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64);
            OperatorBuilder builder = new OperatorBuilder(random, "Trilu").In(random.Tensor(type, random.Shape(2, 4)), false);
            return (random.Chance(0.7) ? builder.In(CaseRandom.Scalar((long)random.Int(-4, 4))) : builder).Attr("upper", random.Int(0, 1)).Out(type);
        }),
        new("ReverseSequence", static random =>
        {
            long[] shape = random.FullShape(2, 3);
            int batch = random.Int(0, 1);
            long[] lengths = [.. Enumerable.Range(0, (int)shape[batch]).Select(_ => (long)random.Int(1, (int)shape[1 - batch]))];
            return new OperatorBuilder(random, "ReverseSequence").In(random.Tensor(ElementType.Float32, shape), false).In(CaseRandom.Ints(lengths))
                .Attr("batch_axis", batch).Attr("time_axis", 1 - batch).Out(ElementType.Float32);
        }),
    ];

    private static OperatorBuilder Slice(CaseRandom random)
    {
        ElementType type = random.Pick(s_any);
        long[] shape = random.Shape(1, 4);
        long[] axes = random.Axes(shape.Length);
        bool stepped = random.Chance(0.6);
        long[] steps = [.. axes.Select(_ => (long)(stepped ? random.Pick(1, 2, 3, -1, -2) : 1))];

        // The largest integer is for slicing forward and the smallest for backward; ONNX Runtime takes the largest as "to the end" in both directions (docs/differences.md).
        OperatorBuilder builder = new OperatorBuilder(random, "Slice").In(random.Tensor(type, shape), false)
            .In(CaseRandom.Ints([.. axes.Select(_ => (long)random.Int(-8, 8))]))
            .In(CaseRandom.Ints([.. steps.Select(step => random.Chance(0.3) ? step > 0 ? long.MaxValue : long.MinValue : random.Int(-9, 9))]))
            .In(CaseRandom.Ints(axes));
        return (stepped ? builder.In(CaseRandom.Ints(steps)) : builder).Out(type);
    }

    private static OperatorCases Pad()
    {
        var space = new OptionSpace("Pad");
        Option<long> version = space.Add("version", 2L, 11L, 13L, 18L, 19L, 21L, 24L);
        Option<ElementType> type = space.Add("type", s_numbers);
        Option<string> mode = space.Add("mode", "none", "constant", "reflect", "edge", "wrap");
        Option<string> amount = space.Add("pads", "more", "less", "both");
        Option<bool> value = space.Add("value", false, true);
        Option<string> axes = space.Add("axes", "none", "front", "back", "int32");
        space.Forbid(version, static v => v < 18, axes, static a => a != "none");
        space.Forbid(version, static v => v < 19, mode, static m => m == "wrap");
        space.Forbid(version, static v => v == 2, type, static t => t is not (ElementType.Float32 or ElementType.Float64));
        space.Forbid(mode, static m => m is "reflect" or "edge" or "wrap", value, static v => v);
        space.Forbid(mode, static m => m is "reflect" or "edge" or "wrap", amount, static a => a != "more");
        return new("Pad", random =>
        {
            OptionRow row = random.Row(space);
            ElementType element = row.Get(type);
            long[] shape = random.FullShape(1, 4);
            string form = row.Get(axes), kind = row.Get(mode);
            long[] chosen = form == "none" ? [.. Enumerable.Range(0, shape.Length).Select(static i => (long)i)] : random.Permutation(shape.Length)[..random.Int(1, shape.Length)];

            // Reflection and wrapping reach at most one axis length beyond the edge.
            long[] own = [.. chosen.Select(axis => shape[axis])];
            long[] pads = [.. own.Concat(own).Select(d => (long)random.Int(row.Get(amount) == "more" ? 0 : (int)-Math.Min(1, d / 3), row.Get(amount) == "less" ? 0 : kind == "reflect" ? (int)Math.Min(3, d - 1) : (int)Math.Min(3, d)))];
            OperatorBuilder builder = new OperatorBuilder(random, "Pad", row.Get(version)).In(random.Tensor(element, shape), false);
            _ = kind == "none" ? builder : builder.Attr("mode", kind);
            if (row.Get(version) == 2)
            {
                builder.Attr("pads", pads);
                return (row.Get(value) ? builder.Attr("value", random.Single(-2, 2)) : builder).Out(element);
            }

            builder.In(CaseRandom.Ints(pads));
            _ = row.Get(value) ? builder.In(random.Tensor(element, [])) : form == "none" ? builder : builder.Skip();
            return (form switch
            {
                "none" => builder,
                "front" => builder.In(CaseRandom.Ints(chosen)),
                "back" => builder.In(CaseRandom.Ints([.. chosen.Select(axis => axis - shape.Length)])),
                

                // ONNX Runtime reads constants of int32 as int64 at load, and fails.
                _ => builder.In(TensorValue.Copy([.. chosen.Select(static axis => (int)axis)], [chosen.Length]), false),
            }).Out(element);
        });
    }
}
