namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators that place elements by index, with every reduction.</summary>
internal static class ScatterCases
{
    private static readonly ElementType[] s_types =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8,
        ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.UInt8, ElementType.Bool, ElementType.String,
    ];

    public static IEnumerable<OperatorCases> All => [Scatter(), ScatterElements(), ScatterNd(), TensorScatter()];

    private static OperatorCases Scatter()
    {
        var space = new OptionSpace("Scatter");
        Option<ElementType> type = space.Add("type", s_types);
        Option<ElementType> index = space.Add("index", ElementType.Int32, ElementType.Int64);
        Option<string> axis = space.Add("axis", "none", "front", "back");
        Option<bool> whole = space.Add("whole", false, true);
        return new("Scatter", random =>
        {
            OptionRow row = random.Row(space);
            return Elements(random, "Scatter", 9, row.Get(type), row.Get(index), row.Get(axis), row.Get(whole), repeats: false);
        });
    }

    private static OperatorCases ScatterElements()
    {
        var space = new OptionSpace("ScatterElements");
        Option<long> version = space.Add("version", 11L, 13L, 16L, 18L);
        Option<ElementType> type = space.Add("type", s_types);
        Option<ElementType> index = space.Add("index", ElementType.Int32, ElementType.Int64);
        Option<string> axis = space.Add("axis", "none", "front", "back");
        Option<string> reduction = space.Add("reduction", "", "none", "add", "mul", "max", "min");
        Option<bool> whole = space.Add("whole", false, true);
        space.Forbid(version, static v => v < 16, reduction, static r => r.Length > 0);
        space.Forbid(version, static v => v < 18, reduction, static r => r is "max" or "min");
        space.Forbid(type, static t => t is ElementType.Bool or ElementType.String, reduction, static r => r is not ("" or "none"));
        return new("ScatterElements", random =>
        {
            OptionRow row = random.Row(space);
            string name = row.Get(reduction);
            OperatorBuilder builder = Elements(random, "ScatterElements", row.Get(version), row.Get(type), row.Get(index), row.Get(axis), row.Get(whole), repeats: name is not ("" or "none"));
            return name.Length == 0 ? builder : builder.Attr("reduction", name);
        });
    }

    private static OperatorCases ScatterNd()
    {
        var space = new OptionSpace("ScatterND");
        Option<long> version = space.Add("version", 11L, 13L, 16L, 18L);
        Option<ElementType> type = space.Add("type", s_types);
        Option<string> reduction = space.Add("reduction", "", "none", "add", "mul", "max", "min");
        Option<int> rank = space.Add("rank", 1, 2, 3);
        Option<int> outer = space.Add("outer", 1, 2);
        Option<bool> deep = space.Add("deep", false, true);
        space.Forbid(version, static v => v < 16, reduction, static r => r.Length > 0);
        space.Forbid(version, static v => v < 18, reduction, static r => r is "max" or "min");
        space.Forbid(type, static t => t is ElementType.Bool or ElementType.String, reduction, static r => r is not ("" or "none"));
        return new("ScatterND", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = random.FullShape(row.Get(rank), row.Get(rank));
            int depth = row.Get(deep) ? shape.Length : random.Int(1, shape.Length);
            string name = row.Get(reduction);
            bool repeats = name is not ("" or "none");

            // Without a reduction, which of two updates of one element wins is not defined: one update then.
            long[] places = [.. Enumerable.Range(0, row.Get(outer)).Select(_ => repeats ? (long)random.Int(1, 3) : 1)];
            OperatorBuilder builder = new OperatorBuilder(random, "ScatterND", row.Get(version)).In(random.Tensor(row.Get(type), shape), false).In(IndexingCases.Positions(random, shape, depth, places))
                .In(random.Tensor(row.Get(type), [.. places, .. shape[depth..]]));
            return (name.Length == 0 ? builder : builder.Attr("reduction", name)).Out(row.Get(type)).Tolerance(1e-5, 1e-5);
        });
    }

    private static OperatorCases TensorScatter()
    {
        var space = new OptionSpace("TensorScatter");
        Option<ElementType> type = space.Add("type", s_types);
        Option<string> mode = space.Add("mode", "", "linear", "circular");
        Option<string> axis = space.Add("axis", "none", "front", "back");
        Option<bool> indices = space.Add("write_indices", false, true);
        return new("TensorScatter", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = [random.Int(1, 3), .. random.FullShape(2, 3).Select(static d => d)];

            // The axis left out is the last but one.
            int at = row.Get(axis) == "none" ? shape.Length - 2 : random.Int(1, shape.Length - 1);
            long[] update = [.. shape];
            update[at] = random.Int(1, (int)shape[at]);
            int last = row.Get(mode) == "circular" ? (int)shape[at] - 1 : (int)(shape[at] - update[at]);
            OperatorBuilder builder = new OperatorBuilder(random, "TensorScatter", 24).In(random.Tensor(row.Get(type), shape), false).In(random.Tensor(row.Get(type), update), false);
            _ = row.Get(indices) ? builder.In(random.Ints([shape[0]], 0, last), false) : builder;
            _ = row.Get(mode).Length == 0 ? builder : builder.Attr("mode", row.Get(mode));
            return (row.Get(axis) == "none" ? builder : builder.Attr("axis", row.Get(axis) == "front" ? at : at - shape.Length)).Out(row.Get(type));
        });
    }

    private static OperatorBuilder Elements(CaseRandom random, string op, long version, ElementType type, ElementType index, string axis, bool whole, bool repeats)
    {
        long[] shape = random.FullShape(1, 3);
        int at = axis == "none" ? 0 : random.Int(0, shape.Length - 1);
        long[] updates = [.. shape.Select(d => whole ? d : random.Int(1, (int)d))];

        // Without a reduction, which of two updates of one element wins is not defined.
        TensorValue places = repeats ? random.Ints(updates, (int)-shape[at], (int)shape[at] - 1) : Distinct(random, updates, shape[at], at);
        TensorValue indices = index == ElementType.Int64 ? places : TensorValue.Copy(Array.ConvertAll(places.AsSpan<long>().ToArray(), static x => (int)x), updates);
        OperatorBuilder builder = new OperatorBuilder(random, op, version).In(random.Tensor(type, shape), false).In(indices).In(random.Tensor(type, updates));
        return (axis == "none" ? builder : builder.Attr("axis", axis == "front" ? at : at - shape.Length)).Out(type).Tolerance(1e-5, 1e-5);
    }

    /// <summary>Indices along an axis without repeats on any line.</summary>
    private static TensorValue Distinct(CaseRandom random, long[] updates, long size, int axis)
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Int64, updates);
        Span<long> elements = tensor.AsWritableSpan<long>();
        long[] order = random.Permutation((int)size);
        long stride = TensorShape.Count(updates.AsSpan(axis + 1));
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = order[i / stride % updates[axis]];
        }

        return tensor;
    }
}
