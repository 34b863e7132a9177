namespace Inference.Rows.Generation;

/// <summary>Steps that make integers of shapes and of other integers.</summary>
internal static class SizeSteps
{
    public static readonly Action<RandomModel>[] All = [Shape, Shape, Rows, Rows, Count, Element, Element, Arithmetic, Arithmetic, Arithmetic, Join, Join, Part, Through, Choose, ByFloats, Total];

    // The number of rows itself, as exporters write it.
    private static void Rows(RandomModel model)
    {
        Sample x = model.Pick(model.Floats);
        if (x.Rank > 0)
        {
            string shape = model.Node("Shape", x.Name);
            int axis = model.Random.Next(3) > 0 ? 0 : model.Random.Next(x.Rank);
            bool scalar = model.Random.Next(2) == 0;
            model.Sizes.Add(Sample.Sizes(model.Node("Gather", shape, model.Constant(scalar, axis)), Array.ConvertAll(x.Shapes, s => (long[])[s[axis]]), scalar));
        }
    }

    private static void Shape(RandomModel model)
    {
        Sample x = model.Pick(model.Floats);
        int start = model.Random.Next(x.Rank + 1);
        start = model.Random.Next(2) == 0 ? 0 : start;
        model.Sizes.Add(Sample.Sizes(model.Node("Shape", n => n.SetAttribute("start", start), x.Name), Array.ConvertAll(x.Shapes, s => s[start..]), scalar: false));
    }

    private static void Count(RandomModel model)
    {
        Sample x = model.Pick(model.Floats);
        model.Sizes.Add(Sample.Sizes(model.Node("Size", x.Name), Array.ConvertAll(x.Shapes, s => (long[])[Sample.Product(s)]), scalar: true));
    }

    private static Sample? Any(RandomModel model) => model.Sizes.Count == 0 ? null : model.Pick(model.Sizes);

    private static void Element(RandomModel model)
    {
        if (Any(model) is { Rank: 1 } sizes && sizes.Numbers!.Min(n => n.Length) is > 0 and var length)
        {
            int at = model.Random.Next(length);
            bool scalar = model.Random.Next(2) == 0;
            model.Sizes.Add(Sample.Sizes(model.Node("Gather", sizes.Name, model.Constant(scalar, at)), Array.ConvertAll(sizes.Numbers!, n => (long[])[n[at]]), scalar));
        }
    }

    private static void Arithmetic(RandomModel model)
    {
        if (Any(model) is not { } a)
        {
            return;
        }

        Sample? b = model.Random.Next(2) == 0 ? Any(model) : null;
        long number = model.Random.Next(0, 4);
        string other = b?.Name ?? model.Constant(true, number);
        string type = model.Pick<string>(["Add", "Add", "Sub", "Mul", "Mul", "Div", "Max", "Min", "Mod"]);
        bool first = model.Random.Next(4) > 0;
        long[][]? result = Sample.Each(i =>
        {
            long[] left = a.Numbers![i];
            long[] right = b?.Numbers![i] ?? [number];
            if (left.Length != right.Length && left.Length != 1 && right.Length != 1)
            {
                return null;
            }

            var values = new long[left.Length == 1 ? right.Length : left.Length];
            for (int j = 0; j < values.Length; j++)
            {
                (long p, long q) = (left[left.Length == 1 ? 0 : j], right[right.Length == 1 ? 0 : j]);
                (p, q) = first ? (p, q) : (q, p);
                if (q == 0 && type is "Div" or "Mod" || (type is "Div" or "Mod" && q <= 0))
                {
                    return null;
                }

                values[j] = type switch { "Add" => p + q, "Sub" => p - q, "Mul" => p * q, "Div" => p / q, "Max" => Math.Max(p, q), "Min" => Math.Min(p, q), _ => ((p % q) + q) % q };
            }

            return values;
        });
        if (result is not null && Array.TrueForAll(result, r => Array.TrueForAll(r, v => Math.Abs(v) < 1000)))
        {
            bool scalar = a.Rank == 0 && (b is null || b.Rank == 0);
            string[] inputs = first ? [a.Name, other] : [other, a.Name];
            model.Sizes.Add(Sample.Sizes(model.Node(type, inputs), result, scalar));
        }
    }

    private static string AsVector(RandomModel model, Sample sizes) =>
        sizes.Rank == 1 ? sizes.Name : model.Random.Next(2) == 0 ? model.Node("Unsqueeze", sizes.Name, model.Constant(false, 0)) : model.Node("Reshape", sizes.Name, model.Constant(false, -1));

    private static void Join(RandomModel model)
    {
        var names = new List<string>();
        long[][] numbers = Array.ConvertAll(Sample.RowCounts, _ => Array.Empty<long>());
        int parts = model.Random.Next(2, 4);
        for (int i = 0; i < parts; i++)
        {
            if (model.Random.Next(2) == 0 && Any(model) is { } sizes)
            {
                names.Add(AsVector(model, sizes));
                numbers = [.. numbers.Select((n, j) => (long[])[.. n, .. sizes.Numbers![j]])];
            }
            else
            {
                long number = model.Pick<long>([-1, 1, 1, 2, 3, 4]);
                names.Add(model.Constant(false, number));
                numbers = [.. numbers.Select(n => (long[])[.. n, number])];
            }
        }

        model.Sizes.Add(Sample.Sizes(model.Node("Concat", n => n.SetAttribute("axis", 0), [.. names]), numbers, scalar: false));
    }

    private static void Part(RandomModel model)
    {
        if (Any(model) is { Rank: 1 } sizes && Array.TrueForAll(sizes.Numbers!, n => n.Length == sizes.Numbers![0].Length))
        {
            int length = sizes.Numbers![0].Length;
            int from = model.Random.Next(length + 1);
            int to = model.Random.Next(from, length + 1);
            string name = model.Node("Slice", sizes.Name, model.Constant(false, from), model.Constant(false, to));
            model.Sizes.Add(Sample.Sizes(name, Array.ConvertAll(sizes.Numbers!, n => n[from..to]), scalar: false));
        }
    }

    private static void Through(RandomModel model)
    {
        if (Any(model) is { } sizes)
        {
            string name = model.Random.Next(3) switch
            {
                0 => model.Node("Cast", n => n.SetAttribute("to", 7), model.Node("Cast", n => n.SetAttribute("to", 6), sizes.Name)),
                1 => model.Node("Identity", sizes.Name),
                _ => model.Node("Abs", sizes.Name),
            };
            model.Sizes.Add(new(name, sizes.Shapes, Array.ConvertAll(sizes.Numbers!, n => Array.ConvertAll(n, v => model.Operators.Last() == "Abs" ? Math.Abs(v) : v))));
        }
    }

    private static void ByFloats(RandomModel model)
    {
        if (Any(model) is { } sizes)
        {
            float factor = model.Pick<float>([0.5f, 1f, 2f]);
            string floats = model.Node("Cast", n => n.SetAttribute("to", 1), sizes.Name);
            string scale = model.Node("Cast", n => n.SetAttribute("to", 1), model.Constant(true, (long)(factor * 2)));
            string half = model.Node("Cast", n => n.SetAttribute("to", 1), model.Constant(true, 2));
            string scaled = model.Node("Floor", model.Node("Div", model.Node("Mul", floats, scale), half));
            model.Sizes.Add(new(model.Node("Cast", n => n.SetAttribute("to", 7), scaled), sizes.Shapes, Array.ConvertAll(sizes.Numbers!, n => Array.ConvertAll(n, v => (long)Math.Floor(v * factor)))));
        }
    }

    private static void Choose(RandomModel model)
    {
        if (Any(model) is { } a && Any(model) is { } b && a.Rank == b.Rank && Sample.Each(i => a.Numbers![i].Length == b.Numbers![i].Length ? a.Numbers[i] : null) is not null)
        {
            long limit = model.Random.Next(1, 4);
            string condition = model.Node("Greater", a.Name, model.Constant(true, limit));
            model.Sizes.Add(new(model.Node("Where", condition, a.Name, b.Name), a.Shapes, [.. a.Numbers!.Select((n, i) => (long[])[.. n.Select((v, j) => v > limit ? v : b.Numbers![i][j])])]));
        }
    }

    private static void Total(RandomModel model)
    {
        if (Any(model) is { Rank: 1 } sizes)
        {
            bool product = model.Random.Next(2) == 0;
            string name = model.Node(product ? "ReduceProd" : "ReduceSum", n => n.SetAttribute("keepdims", 0), sizes.Name);
            model.Sizes.Add(Sample.Sizes(name, Array.ConvertAll(sizes.Numbers!, n => (long[])[product ? Sample.Product(n) : n.Sum()]), scalar: true));
        }
    }
}
