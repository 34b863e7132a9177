namespace Inference.Rows.Generation;

/// <summary>Steps whose shapes, positions and counts are given by integers.</summary>
internal static class SizedSteps
{
    public static readonly Action<RandomModel>[] All =
    [
        Expand, Expand, Tile, Fill, Fill, Range, SliceEnd, SliceEnd, SliceStart, Resize, TopK, OneHot, Split, Pad, Trilu, Reshape, Reshape, Reshape, Restore, Restore, SpreadRows, EyeLike, CropPad,
        Scale, Scale, Take, Branch, Repeat,
    ];

    private static Sample Any(RandomModel model) => model.Random.Next(2) == 0 ? model.Floats[^1] : model.Pick(model.Floats);

    private static Sample? Vector(RandomModel model) => model.Sizes.FindAll(s => s.Rank == 1) is { Count: > 0 } all ? model.Pick(all) : null;

    private static Sample? Single(RandomModel model) => model.Sizes.FindAll(s => s.Numbers!.All(n => n.Length == 1)) is { Count: > 0 } all ? model.Pick(all) : null;

    private static string AsVector(RandomModel model, Sample single) => single.Rank == 1 ? single.Name : model.Node("Unsqueeze", single.Name, model.Constant(false, 0));

    private static string AsScalar(RandomModel model, Sample single) => single.Rank == 0 ? single.Name : model.Node("Squeeze", single.Name, model.Constant(false, 0));

    private static void Add(RandomModel model, long[][]? shapes, Func<string> node)
    {
        if (shapes is not null && Array.TrueForAll(shapes, s => s.Length == shapes[0].Length && s.Length < 6 && Sample.Product(s) <= 3000 && Array.TrueForAll(s, d => d >= 0)))
        {
            model.Floats.Add(new(node(), shapes));
        }
    }

    // A shape given by a vector, or put together of sizes and numbers that fit a tensor.
    private static Sample? Wanted(RandomModel model, int rank)
    {
        if (model.Random.Next(3) == 0 || rank == 0)
        {
            return Vector(model);
        }

        var names = new List<string>();
        long[][] numbers = Array.ConvertAll(Sample.RowCounts, _ => Array.Empty<long>());
        for (int i = 0; i < rank; i++)
        {
            bool constant = model.Random.Next(2) == 0;
            Sample? single = constant ? null : Single(model);
            names.Add(single is null ? model.Constant(false, 1) : AsVector(model, single));
            numbers = [.. numbers.Select((n, j) => (long[])[.. n, single?.Numbers![j][0] ?? 1])];
        }

        return Sample.Sizes(model.Node("Concat", n => n.SetAttribute("axis", 0), [.. names]), numbers, scalar: false);
    }

    private static void Expand(RandomModel model)
    {
        Sample x = Any(model);
        if (x.IsSmall && Wanted(model, model.Random.Next(x.Rank, x.Rank + 2)) is { } wanted)
        {
            Add(model, Sample.Each(i => Broadcast(x.Shapes[i], wanted.Numbers![i])), () => model.Node("Expand", x.Name, wanted.Name));
        }
    }

    private static long[]? Broadcast(long[] a, long[] b)
    {
        var result = new long[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            (long p, long q) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            if ((p != q && p != 1 && q != 1) || q < 1)
            {
                return null;
            }

            result[^i] = p == 1 ? q : p;
        }

        return result;
    }

    private static void Tile(RandomModel model)
    {
        Sample x = Any(model);
        if (x.IsSmall && Wanted(model, x.Rank) is { } wanted)
        {
            Add(model, Sample.Each<long[]>(i => wanted.Numbers![i].Length == x.Rank ? [.. x.Shapes[i].Select((d, j) => d * wanted.Numbers[i][j])] : null), () => model.Node("Tile", x.Name, wanted.Name));
        }
    }

    private static void Fill(RandomModel model)
    {
        if (Wanted(model, model.Random.Next(1, 4)) is { } wanted)
        {
            Add(model, wanted.Numbers, () => model.Node("ConstantOfShape", n => n.SetAttribute("value", Onnx.OnnxTensor.Create<float>("one", [0.75f], 1)), wanted.Name));
        }
    }

    private static void Range(RandomModel model)
    {
        if (Single(model) is { } size && Array.TrueForAll(size.Numbers!, n => n[0] is >= 0 and < 100))
        {
            string limit = AsScalar(model, size);
            Add(model, size.Numbers, () => model.Node("Cast", n => n.SetAttribute("to", 1), model.Node("Range", model.Constant(true, 0), limit, model.Constant(true, 1))));
        }
    }

    private static void SliceEnd(RandomModel model) => Slice(model, start: false);

    private static void SliceStart(RandomModel model) => Slice(model, start: true);

    private static void Slice(RandomModel model, bool start)
    {
        Sample x = model.Random.Next(3) == 0 ? model.Weights(6, 4) : Any(model);
        if (x.Rank == 0 || Single(model) is not { } size)
        {
            return;
        }

        int axis = model.Random.Next(x.Rank);
        string[] inputs = start
            ? [x.Name, AsVector(model, size), model.Constant(false, 1000), model.Constant(false, axis)]
            : [x.Name, model.Constant(false, 0), AsVector(model, size), model.Constant(false, axis)];
        long[][]? shapes = Sample.Each(i =>
        {
            long[] result = [.. x.Shapes[i]];
            long at = size.Numbers![i][0];
            at = Math.Clamp(at < 0 ? at + result[axis] : at, 0, result[axis]);
            result[axis] = start ? result[axis] - at : at;
            return result;
        });
        Add(model, shapes, () => model.Node("Slice", inputs));
    }

    private static void Resize(RandomModel model)
    {
        Sample x = Any(model);
        if (x.Rank is > 0 and < 4 && Wanted(model, x.Rank) is { } wanted)
        {
            long[][]? shapes = Sample.Each(i => wanted.Numbers![i].Length == x.Rank && Array.TrueForAll(wanted.Numbers[i], n => n > 0) && Sample.Product(x.Shapes[i]) > 0 ? wanted.Numbers[i] : null);
            string mode = model.Pick<string>(["nearest", "linear"]);
            Add(model, shapes, () => model.Node("Resize", n => n.SetAttribute("mode", mode).SetAttribute("coordinate_transformation_mode", "asymmetric"), x.Name, "", "", wanted.Name));
        }
    }

    private static void TopK(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Single(model) is { } k)
        {
            int axis = model.Random.Next(x.Rank);
            long[][]? shapes = Sample.Each<long[]>(i => k.Numbers![i][0] >= 0 && k.Numbers[i][0] <= x.Shapes[i][axis] ? [.. x.Shapes[i][..axis], k.Numbers[i][0], .. x.Shapes[i][(axis + 1)..]] : null);
            string size = AsVector(model, k);
            Add(model, shapes, () => model.Nodes("TopK", 2, n => n.SetAttribute("axis", axis), x.Name, size)[0]);
        }
    }

    private static void OneHot(RandomModel model)
    {
        if (Any(model) is { Rank: > 0, IsSmall: true } x && Single(model) is { } depth && Array.TrueForAll(depth.Numbers!, n => n[0] is > 0 and < 50) && Array.TrueForAll(x.Shapes, s => Sample.Product(s) > 0))
        {
            int axis = model.Random.Next(x.Rank);
            string indices = model.Node("ArgMax", n => n.SetAttribute("axis", axis).SetAttribute("keepdims", 0), x.Name);
            string size = AsVector(model, depth);
            long[][]? shapes = Sample.Each<long[]>(i => [.. x.Shapes[i][..axis], .. x.Shapes[i][(axis + 1)..], depth.Numbers![i][0]]);
            Add(model, shapes, () => model.Node("OneHot", indices, size, model.Weights(2).Name));
        }
    }

    private static void Split(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Single(model) is { } size)
        {
            int axis = model.Random.Next(x.Rank);
            long[][]? shapes = Sample.Each<long[]>(i => size.Numbers![i][0] >= 0 && size.Numbers[i][0] <= x.Shapes[i][axis] ? [.. x.Shapes[i][..axis], size.Numbers[i][0], .. x.Shapes[i][(axis + 1)..]] : null);
            if (shapes is not null)
            {
                string first = AsVector(model, size);
                string whole = model.Node("Shape", n => n.SetAttribute("start", axis).SetAttribute("end", axis + 1), x.Name);
                string lengths = model.Node("Concat", n => n.SetAttribute("axis", 0), first, model.Node("Sub", whole, first));
                Add(model, shapes, () => model.Nodes("Split", 2, n => n.SetAttribute("axis", axis), x.Name, lengths)[0]);
            }
        }
    }

    private static void Pad(RandomModel model)
    {
        if (Any(model) is { Rank: > 0, IsSmall: true } x && Single(model) is { } size && Array.TrueForAll(size.Numbers!, n => n[0] is >= 0 and < 20))
        {
            int axis = model.Random.Next(x.Rank);
            bool before = model.Random.Next(2) == 0;
            string amount = AsVector(model, size);
            string[] order = before ? [amount, model.Constant(false, 0)] : [model.Constant(false, 0), amount];
            string pads = model.Node("Concat", n => n.SetAttribute("axis", 0), order);
            long[][]? shapes = Sample.Each<long[]>(i => [.. x.Shapes[i][..axis], x.Shapes[i][axis] + size.Numbers![i][0], .. x.Shapes[i][(axis + 1)..]]);
            Add(model, shapes, () => model.Node("Pad", x.Name, pads, "", model.Constant(false, axis)));
        }
    }

    private static void Trilu(RandomModel model)
    {
        if (Any(model) is { Rank: > 1 } x && Single(model) is { } k)
        {
            string diagonal = AsScalar(model, k);
            Add(model, x.Shapes, () => model.Node("Trilu", n => n.SetAttribute("upper", model.Random.Next(2)), x.Name, diagonal));
        }
    }

    private static void Reshape(RandomModel model)
    {
        Sample x = Any(model);
        if (Vector(model) is not { } wanted || model.Random.Next(3) == 0)
        {
            // Sizes of one kind and what is left.
            if (Single(model) is not { } first)
            {
                return;
            }

            long extra = model.Pick<long>([1, 2, 4]);
            string[] parts = [AsVector(model, first), model.Constant(false, -1), model.Constant(false, extra)];
            model.Random.Shuffle(parts.AsSpan(0, 2));
            bool swapped = parts[0] != parts[1] && parts[0].StartsWith('c');
            wanted = Sample.Sizes(model.Node("Concat", n => n.SetAttribute("axis", 0), parts), Array.ConvertAll(first.Numbers!, n => swapped ? (long[])[-1, n[0], extra] : [n[0], -1, extra]), scalar: false);
        }

        Add(model, Sample.Each(i => Fit(x.Shapes[i], wanted.Numbers![i])), () => model.Node("Reshape", x.Name, wanted.Name));
    }

    private static long[]? Fit(long[] shape, long[] wanted)
    {
        long[] result = [.. wanted.Select((w, i) => w == 0 && i < shape.Length ? shape[i] : w)];
        long count = Sample.Product(shape);
        int rest = Array.IndexOf(result, -1);
        long known = Sample.Product(Array.FindAll(result, r => r != -1));
        if (known <= 0 || Array.FindAll(result, r => r < 0).Length > (rest < 0 ? 0 : 1) || (rest < 0 ? known != count : count % known != 0))
        {
            return null;
        }

        if (rest >= 0)
        {
            result[rest] = count / known;
        }

        return result;
    }

    // What exporters write: a value reshaped to the number of rows, or the shape, of another.
    private static void Restore(RandomModel model)
    {
        Sample x = Any(model);
        Sample like = model.Pick(model.Floats);
        if (like.Rank == 0)
        {
            return;
        }

        string shape = model.Node("Shape", like.Name);
        if (model.Random.Next(2) == 0)
        {
            Add(model, Sample.Each(i => Fit(x.Shapes[i], like.Shapes[i])), () => model.Node("Reshape", x.Name, shape));
        }
        else
        {
            string rows = model.Node("Gather", shape, model.Constant(false, 0));
            string wanted = model.Node("Concat", n => n.SetAttribute("axis", 0), rows, model.Constant(false, -1));
            Add(model, Sample.Each(i => Fit(x.Shapes[i], [like.Shapes[i][0], -1])), () => model.Node("Reshape", x.Name, wanted));
        }
    }

    // A weight spread over the rows of a value.
    private static void SpreadRows(RandomModel model)
    {
        Sample like = model.Floats[0];
        Sample weights = model.Weights(1, model.Random.Next(1, 5));
        string rows = model.Node("Gather", model.Node("Shape", like.Name), model.Constant(false, 0));
        string wanted = model.Node("Concat", n => n.SetAttribute("axis", 0), rows, model.Constant(false, model.Random.Next(2) == 0 ? 1 : weights.Shapes[0][1]));
        Add(model, Sample.Each<long[]>(i => [like.Shapes[i][0], weights.Shapes[i][1]]), () => model.Node("Expand", weights.Name, wanted));
    }

    private static void EyeLike(RandomModel model)
    {
        if (Any(model) is { Rank: 2 } x)
        {
            Add(model, x.Shapes, () => model.Node("EyeLike", x.Name));
        }
    }

    private static void CropPad(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Wanted(model, x.Rank) is { } wanted)
        {
            Add(model, Sample.Each<long[]>(i => wanted.Numbers![i].Length == x.Rank ? wanted.Numbers[i] : null), () => model.Node("CenterCropPad", x.Name, wanted.Name));
        }
    }

    // The size as a number: a mean over the batch, an offset by it.
    private static void Scale(RandomModel model)
    {
        if (Single(model) is { } size && Any(model) is var x)
        {
            string number = model.Node("Cast", n => n.SetAttribute("to", 1), AsScalar(model, size));
            Add(model, x.Shapes, () => model.Node(model.Pick<string>(["Mul", "Add", "Sub"]), x.Name, number));
        }
    }

    private static void Take(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Single(model) is { } size && model.Random.Next(x.Rank) is var axis
            && Sample.Each(i => size.Numbers![i][0] < x.Shapes[i][axis] && size.Numbers[i][0] >= -x.Shapes[i][axis] ? x.Shapes[i] : null) is not null)
        {
            string at = AsScalar(model, size);
            Add(model, Sample.Each<long[]>(i => [.. x.Shapes[i][..axis], .. x.Shapes[i][(axis + 1)..]]), () => model.Node("Gather", n => n.SetAttribute("axis", axis), x.Name, at));
        }
    }

    private static void Branch(RandomModel model)
    {
        if (Single(model) is { } size)
        {
            Sample x = Any(model);
            string condition = model.Node("Greater", AsScalar(model, size), model.Constant(true, 2));
            Add(model, x.Shapes, () => model.Node("If", n => n.SetAttribute("then_branch", InnerGraphs.Of(x.Name, "Relu")).SetAttribute("else_branch", InnerGraphs.Of(x.Name, "Neg")), condition));
        }
    }

    private static void Repeat(RandomModel model)
    {
        if (Single(model) is { } size && Array.TrueForAll(size.Numbers!, n => n[0] < 30))
        {
            Sample x = Any(model);
            string trips = AsScalar(model, size);
            Add(model, x.Shapes, () => model.Node("Loop", n => n.SetAttribute("body", InnerGraphs.Body()), trips, "", x.Name));
        }
    }
}
