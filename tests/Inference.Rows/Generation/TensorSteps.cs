namespace Inference.Rows.Generation;

/// <summary>Steps that compute with tensors along the axes they have, short or long.</summary>
internal static class TensorSteps
{
    public static readonly Action<RandomModel>[] All = [Unary, Reduce, Reduce, Reduce, Softmax, Softmax, Binary, Binary, Product, Product, Join, Cumulative, Normalize, Transpose, Rank, Flatten, Pick, Einsum, Arg];

    private static Sample Any(RandomModel model) => model.Random.Next(2) == 0 ? model.Floats[^1] : model.Pick(model.Floats);

    private static void Unary(RandomModel model)
    {
        Sample x = Any(model);
        model.Floats.Add(new(model.Node(model.Pick<string>(["Relu", "Tanh", "Sigmoid", "Abs"]), x.Name), x.Shapes));
    }

    private static void Reduce(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Array.TrueForAll(x.Shapes, s => Sample.Product(s) > 0))
        {
            int axis = model.Random.Next(4) > 0 ? x.Rank - 1 : model.Random.Next(x.Rank);
            bool keep = model.Random.Next(2) == 0;
            string type = model.Pick<string>(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2"]);
            string name = model.Node(type, n => n.SetAttribute("keepdims", keep ? 1 : 0), x.Name, model.Constant(false, axis));
            model.Floats.Add(new(name, Array.ConvertAll(x.Shapes, s => (long[])[.. s[..axis], .. keep ? (long[])[1] : [], .. s[(axis + 1)..]])));
        }
    }

    private static void Arg(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && Array.TrueForAll(x.Shapes, s => Sample.Product(s) > 0))
        {
            int axis = model.Random.Next(x.Rank);
            string name = model.Node("Cast", n => n.SetAttribute("to", 1), model.Node("ArgMax", n => n.SetAttribute("axis", axis).SetAttribute("keepdims", 0), x.Name));
            model.Floats.Add(new(name, Array.ConvertAll(x.Shapes, s => (long[])[.. s[..axis], .. s[(axis + 1)..]])));
        }
    }

    private static void Softmax(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x)
        {
            int axis = model.Random.Next(3) > 0 ? -1 : model.Random.Next(x.Rank);
            model.Floats.Add(new(model.Node(model.Pick<string>(["Softmax", "LogSoftmax"]), n => n.SetAttribute("axis", axis), x.Name), x.Shapes));
        }
    }

    private static void Cumulative(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x)
        {
            model.Floats.Add(new(model.Node("CumSum", x.Name, model.Constant(true, model.Random.Next(x.Rank))), x.Shapes));
        }
    }

    private static void Normalize(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x)
        {
            int axis = model.Random.Next(x.Rank);
            bool alike = Array.TrueForAll(x.Shapes, s => s[^1] == x.Shapes[0][^1]);
            model.Floats.Add(new(model.Random.Next(2) == 0 || !alike
                ? model.Node("LpNormalization", n => n.SetAttribute("axis", axis), x.Name)
                : model.Node("LayerNormalization", x.Name, model.Weights(x.Shapes[0][^1]).Name), x.Shapes));
        }
    }

    private static void Binary(RandomModel model)
    {
        Sample a = Any(model);
        Sample b = Any(model);
        if (a.IsSmall && b.IsSmall && Sample.Each(i => Broadcast(a.Shapes[i], b.Shapes[i])) is { } shapes && Array.TrueForAll(shapes, s => s.Length == shapes[0].Length && Sample.Product(s) < 3000))
        {
            model.Floats.Add(new(model.Node(model.Pick<string>(["Add", "Mul", "Sub", "Max"]), a.Name, b.Name), shapes));
        }
    }

    private static long[]? Broadcast(long[] a, long[] b)
    {
        var result = new long[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            (long p, long q) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            if (p != q && p != 1 && q != 1)
            {
                return null;
            }

            result[^i] = p == 1 ? q : p;
        }

        return result;
    }

    private static void Product(RandomModel model)
    {
        if (Any(model) is not { Rank: >= 2, IsSmall: true } a)
        {
            return;
        }

        if (model.Random.Next(2) == 0 && Array.TrueForAll(a.Shapes, s => s[^1] == a.Shapes[0][^1]))
        {
            model.Floats.Add(new(model.Node("MatMul", a.Name, model.Weights(a.Shapes[0][^1], 3).Name), Array.ConvertAll(a.Shapes, s => (long[])[.. s[..^1], 3])));
            return;
        }

        Sample b = Any(model);
        bool turned = model.Random.Next(2) == 0;
        if (b.Rank != a.Rank || !b.IsSmall)
        {
            return;
        }

        long[][] right = turned ? Array.ConvertAll(b.Shapes, s => (long[])[.. s[..^2], s[^1], s[^2]]) : b.Shapes;
        if (Sample.Each(i => a.Shapes[i][^1] == right[i][^2] ? Broadcast(a.Shapes[i][..^2], right[i][..^2]) : null) is { } outer)
        {
            int[] order = [.. Enumerable.Range(0, b.Rank)];
            (order[^1], order[^2]) = (order[^2], order[^1]);
            string name = turned ? model.Node("Transpose", n => n.SetAttribute("perm", Array.ConvertAll(order, o => (long)o)), b.Name) : b.Name;
            model.Floats.Add(new(model.Node("MatMul", a.Name, name), [.. outer.Select((s, i) => (long[])[.. s, a.Shapes[i][^2], right[i][^1]])]));
        }
    }

    private static void Einsum(RandomModel model)
    {
        if (Any(model) is { Rank: 2, IsSmall: true } a && Any(model) is { Rank: 2, IsSmall: true } b)
        {
            (string equation, bool first) = model.Pick<(string, bool)>([("ab,ac->bc", true), ("ab,ac->abc", true), ("ab,cb->ac", false), ("aa,ab->ab", true)]);
            long[][]? shapes = Sample.Each(i =>
            {
                (long[] p, long[] q) = (a.Shapes[i], b.Shapes[i]);
                return (first ? p[0] != q[0] : p[1] != q[1]) || (equation[1] == 'a' && p[0] != p[1]) ? null
                    : equation switch { "ab,ac->bc" => [p[1], q[1]], "ab,ac->abc" => [p[0], p[1], q[1]], "ab,cb->ac" => [p[0], q[0]], _ => q };
            });
            if (shapes is not null)
            {
                model.Floats.Add(new(model.Node("Einsum", n => n.SetAttribute("equation", equation), a.Name, b.Name), shapes));
            }
        }
    }

    private static void Join(RandomModel model)
    {
        Sample a = Any(model);
        Sample b = Any(model);
        if (a.Rank == b.Rank && a.Rank > 0 && a.IsSmall && b.IsSmall)
        {
            int axis = model.Random.Next(a.Rank);
            long[][]? shapes = Sample.Each(i =>
            {
                long[] result = [.. a.Shapes[i]];
                result[axis] = b.Shapes[i][axis];
                bool fits = result.SequenceEqual(b.Shapes[i]);
                result[axis] += a.Shapes[i][axis];
                return fits ? result : null;
            });
            if (shapes is not null)
            {
                model.Floats.Add(new(model.Node("Concat", n => n.SetAttribute("axis", axis), a.Name, b.Name), shapes));
            }
        }
    }

    private static void Transpose(RandomModel model)
    {
        if (Any(model) is { Rank: > 1 } x)
        {
            int[] order = [.. Enumerable.Range(0, x.Rank)];
            model.Random.Shuffle(order);
            string name = model.Node("Transpose", n => n.SetAttribute("perm", Array.ConvertAll(order, o => (long)o)), x.Name);
            model.Floats.Add(new(name, Array.ConvertAll(x.Shapes, s => Array.ConvertAll(order, o => s[o]))));
        }
    }

    private static void Rank(RandomModel model)
    {
        Sample x = Any(model);
        if (model.Random.Next(2) == 0 && x.Rank < 4)
        {
            int axis = model.Random.Next(x.Rank + 1);
            model.Floats.Add(new(model.Node("Unsqueeze", x.Name, model.Constant(false, axis)), Array.ConvertAll(x.Shapes, s => (long[])[.. s[..axis], 1, .. s[axis..]])));
            return;
        }

        for (int axis = 0; axis < x.Rank; axis++)
        {
            if (Array.TrueForAll(x.Shapes, s => s[axis] == 1))
            {
                model.Floats.Add(new(model.Node("Squeeze", x.Name, model.Constant(false, axis)), Array.ConvertAll(x.Shapes, s => (long[])[.. s[..axis], .. s[(axis + 1)..]])));
                return;
            }
        }
    }

    private static void Flatten(RandomModel model)
    {
        Sample x = Any(model);
        int axis = model.Random.Next(x.Rank + 1);
        model.Floats.Add(new(model.Node("Flatten", n => n.SetAttribute("axis", axis), x.Name), Array.ConvertAll(x.Shapes, s => (long[])[Sample.Product(s[..axis]), Sample.Product(s[axis..])])));
    }

    private static void Pick(RandomModel model)
    {
        if (Any(model) is { Rank: > 0 } x && model.Random.Next(x.Rank) is var axis && Array.TrueForAll(x.Shapes, s => s[axis] > 0))
        {
            int at = model.Pick<int>([0, -1]);
            model.Floats.Add(new(model.Node("Gather", n => n.SetAttribute("axis", axis), x.Name, model.Constant(true, at)), Array.ConvertAll(x.Shapes, s => (long[])[.. s[..axis], .. s[(axis + 1)..]])));
        }
    }
}
