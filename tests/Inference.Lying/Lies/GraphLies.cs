using Inference.Onnx;

namespace Inference.Lying.Lies;

/// <summary>Lies in the model: declared shapes, symbols, weights, counts of inputs, attributes.</summary>
internal static class GraphLies
{
    private static readonly long[] s_extremes = [0, 1, -1, 2, -2, 3, 5, 17, 33, 1000, -1000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    /// <summary>A declared shape of a value inside (or of an output) that is not true.</summary>
    public static string ValueInfo(Story story)
    {
        OnnxGraph graph = story.Model.Graph;
        string[] made = [.. graph.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0)];
        string name = story.Pick(made);
        OnnxValueInfo? output = graph.Outputs.Find(o => o.Name == name);
        OnnxValueInfo? known = output ?? graph.ValueInfos.Find(v => v.Name == name);
        int rank = known?.Type?.Shape?.Rank ?? story.Random.Next(0, 5);
        if (story.Random.Next(4) == 0)
        {
            rank = Math.Max(0, rank + story.Random.Next(-1, 2));
        }

        var shape = new OnnxShape();
        for (int i = 0; i < rank; i++)
        {
            shape.Dimensions.Add(story.Random.Next(3) == 0 ? OnnxDimension.Of("N") : OnnxDimension.Of(story.Random.Next(1, 9)));
        }

        if (known is { Type.Kind: OnnxTypeKind.Tensor })
        {
            known.Type.Shape = shape;
        }
        else if (known is null)
        {
            graph.ValueInfos.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, shape)));
        }

        return $"'{name}' declared {shape}";
    }

    /// <summary>What passes like to fuse after an output: an addend and an activation, and a lie about the value between.</summary>
    public static string Tail(Story story)
    {
        OnnxGraph graph = story.Model.Graph;
        if (graph.Outputs.Find(o => o.Type is { Kind: OnnxTypeKind.Tensor, ElementType: OnnxElementType.Float32 }) is not { } output)
        {
            return ValueInfo(story);
        }

        int rank = story.Random.Next(0, 5);
        long[] dims = [.. Enumerable.Range(0, rank).Select(_ => (long)story.Random.Next(1, 4))];
        if (story.Random.Next(2) == 0 && output.Type!.Shape is { } declared && declared.Dimensions.TrueForAll(d => d.Value is > 0 and < 64))
        {
            dims = [.. declared.Dimensions.Select(d => d.Value!.Value)];
            if (story.Random.Next(2) == 0)
            {
                dims = Reshaped.Shape(dims, story.Random).Dims;
            }
        }

        if (dims.Aggregate(1L, (p, d) => p * d) > 4096)
        {
            return ValueInfo(story);
        }

        TensorValue addend = TensorValue.Allocate(ElementType.Float32, dims);
        Span<float> values = addend.AsWritableSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i % 7 - 3;
        }

        if (story.Random.Next(2) == 0)
        {
            graph.Initializers.Add(OnnxTensor.FromBytes("tail:addend", OnnxElementType.Float32, addend.AsBytes().ToArray(), dims));
        }
        else
        {
            graph.Inputs.Add(new("tail:addend", OnnxType.Tensor(OnnxElementType.Float32, Symbols(story, dims.Length))));
            story.Inputs["tail:addend"] = addend;
        }

        graph.Nodes.Add(new OnnxNode(story.Pick(["Add", "Mul", "Sub"]), story.Random.Next(2) == 0 ? [output.Name, "tail:addend"] : ["tail:addend", output.Name], ["tail:sum"]));
        graph.Nodes.Add(new OnnxNode(story.Pick(["Relu", "Sigmoid", "Identity", "HardSwish"]), ["tail:sum"], ["tail:out"]));
        graph.Outputs[graph.Outputs.IndexOf(output)] = new("tail:out", OnnxType.Tensor(OnnxElementType.Float32, (OnnxShape?)null));
        if (story.Random.Next(2) == 0)
        {
            graph.ValueInfos.Add(new(output.Name, OnnxType.Tensor(OnnxElementType.Float32, Symbols(story, output.Type!.Shape?.Rank ?? dims.Length))));
        }

        return $"tail with addend {TensorShape.Format(dims)}";
    }

    /// <summary>A weight of another shape.</summary>
    public static string WeightShape(Story story)
    {
        OnnxTensor[] weights = [.. story.Model.Graph.Initializers.Where(w => w.ElementType is not OnnxElementType.String && w.ElementCount is > 0 and < 1 << 16)];
        if (weights.Length == 0)
        {
            return InputLies.Shape(story);
        }

        OnnxTensor weight = story.Pick(weights);
        (long[] dims, string what) = Reshaped.Shape(weight.Dims, story.Random);
        var type = (ElementType)(int)weight.ElementType;
        using TensorValue sound = TensorValue.Allocate(type, weight.Dims);
        weight.GetBytes().Span.CopyTo(sound.AsWritableBytes());
        if (Reshaped.Make(sound, dims, type) is not { } made)
        {
            return "too large";
        }

        weight.SetBytes(weight.ElementType, made.AsBytes().ToArray(), dims);
        return $"weight '{weight.Name}' {what} {TensorShape.Format(dims)}";
    }

    /// <summary>An input left out, or one too many.</summary>
    public static string InputCount(Story story)
    {
        OnnxNode node = story.Pick(story.Model.Graph.Nodes);
        if (node.Inputs.Count > 0 && story.Random.Next(3) > 0)
        {
            int at = story.Random.Next(node.Inputs.Count);
            if (story.Random.Next(2) == 0)
            {
                node.Inputs.RemoveRange(at, node.Inputs.Count - at);
                return $"{node.OpType} cut to {at} inputs";
            }

            node.Inputs[at] = "";
            return $"{node.OpType} without input {at}";
        }

        string? any = node.Inputs.Find(i => i.Length > 0) ?? story.Model.Graph.Inputs.FirstOrDefault()?.Name;
        if (any is not null)
        {
            node.Inputs.Add(any);
        }

        return $"{node.OpType} with an input more";
    }

    /// <summary>An attribute with another number.</summary>
    public static string Attribute(Story story)
    {
        OnnxAttribute[] all = [.. story.Model.Graph.Nodes.SelectMany(n => n.Attributes).Where(a => a.Kind is OnnxAttributeKind.Int or OnnxAttributeKind.Ints or OnnxAttributeKind.Float or OnnxAttributeKind.Floats)];
        if (all.Length == 0)
        {
            return InputLies.Shape(story);
        }

        OnnxAttribute attribute = story.Pick(all);
        long value = story.Pick(s_extremes);
        attribute.Int = value;
        attribute.Float = value;
        if (attribute.Kind == OnnxAttributeKind.Ints)
        {
            attribute.Ints = story.Random.Next(3) switch
            {
                0 => [.. attribute.Ints, 1],
                1 when attribute.Ints.Length > 0 => attribute.Ints[1..],
                _ => attribute.Ints.Length == 0 ? [value] : [.. attribute.Ints[1..], value],
            };
        }

        if (attribute.Kind == OnnxAttributeKind.Floats && attribute.Floats.Length > 0)
        {
            attribute.Floats = attribute.Floats[1..];
        }

        return $"attribute '{attribute.Name}' {value}";
    }

    /// <summary>What the model says of its inputs' shapes: nothing, their ranks, one symbol for all sizes, or the truth.</summary>
    public static string Declare(Story story)
    {
        int how = story.Random.Next(5);
        foreach (OnnxValueInfo input in story.Model.Graph.Inputs)
        {
            if (input.Type is not { Kind: OnnxTypeKind.Tensor } type || story.Inputs.GetValueOrDefault(input.Name) is not TensorValue value)
            {
                continue;
            }

            type.Shape = how switch
            {
                0 => null,
                1 => new OnnxShape([.. value.Shape.ToArray().Select((_, i) => OnnxDimension.Of($"{input.Name}_{i}"))]),
                2 => new OnnxShape([.. value.Shape.ToArray().Select(_ => OnnxDimension.Of("N"))]),
                3 => Symbols(story, value.Rank),
                _ => new OnnxShape([.. value.Shape.ToArray().Select(OnnxDimensionOf)]),
            };
        }

        // What outputs were declared as is mostly no longer true; some keep it, as stale files do.
        if (story.Random.Next(3) > 0)
        {
            foreach (OnnxValueInfo output in story.Model.Graph.Outputs)
            {
                if (output.Type is { Kind: OnnxTypeKind.Tensor } type)
                {
                    type.Shape = null;
                }
            }
        }

        return how switch { 0 => "no shapes", 1 => "own symbols", 2 => "one symbol", 3 => "mixed symbols", _ => "true shapes" };
    }

    private static OnnxDimension OnnxDimensionOf(long size) => OnnxDimension.Of(size);

    private static OnnxShape Symbols(Story story, int rank)
    {
        var shape = new OnnxShape();
        for (int i = 0; i < rank; i++)
        {
            shape.Dimensions.Add(OnnxDimension.Of(story.Pick(["N", "M", "K"])));
        }

        return shape;
    }
}
