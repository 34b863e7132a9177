using Inference.Onnx;

namespace Inference.Lying.Lies;

/// <summary>Tells one to three lies about a sound model: about what it is fed, its constants, its declared shapes and symbols, its types, counts and attributes.</summary>
internal static class Liar
{
    private static readonly string[] s_random = ["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Dropout"];

    /// <summary>Lie number <paramref name="index"/> of a seed; the same each time.</summary>
    public static LyingCase Tell(Seeds seeds, int index, int seed)
    {
        var random = new Random(unchecked(seed * 1_000_003 + index));
        (OnnxModel model, Dictionary<string, ModelValue> inputs) = seeds.Read(index % seeds.Count);
        var what = new List<string>();
        var story = new Story(model, inputs, random);
        int lies = random.Next(4) == 0 ? 2 : 1;
        for (int i = 0; i < lies; i++)
        {
            what.Add(random.Next(20) switch
            {
                < 9 => InputLies.Shape(story),
                < 11 => InputLies.Constant(story),
                < 12 => InputLies.Type(story),
                < 13 => InputLies.Values(story),
                < 15 => GraphLies.ValueInfo(story),
                < 16 => GraphLies.Tail(story),
                < 17 => GraphLies.WeightShape(story),
                < 18 => GraphLies.InputCount(story),
                _ => GraphLies.Attribute(story),
            });
        }

        what.Add(GraphLies.Declare(story));
        string[] operators = [.. model.Graph.Nodes.Select(n => n.Domain.Length == 0 ? n.OpType : $"{n.Domain}.{n.OpType}").Distinct()];
        return new(model.ToArray(), inputs, $"{seeds.Name(index % seeds.Count)}: {string.Join("; ", what)}", operators, !model.Graph.Nodes.Exists(n => s_random.Contains(n.OpType)));
    }
}
