using Inference.Evaluation.Reading;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>Kinds of models × codings of labels.</summary>
internal static class Codings
{
    private static readonly string[] s_animals = ["cat", "dog", "owl"];

    public static IReadOnlyList<Coding> All { get; } =
    [
        new("scikit-learn: label, then probabilities; whole numbers", 3, 1, static (p, r) => Of(("label", Whole(p)), ("probabilities", Softmax(p, 3, r))), Whole),
        new("scikit-learn: label, then probabilities; texts", 3, 1, static (p, r) => Of(("label", Text(p)), ("probabilities", Softmax(p, 3, r))), Text),
        new("scikit-learn: label, then maps by number", 3, 1, static (p, r) => Of(("label", Whole(p)), ("probabilities", Maps(p, 3, r, text: false))), Whole),
        new("scikit-learn: label, then maps by text", 3, 1, static (p, r) => Of(("label", Text(p)), ("probabilities", Maps(p, 3, r, text: true))), Text),
        new("scikit-learn: label −1 and 1, then maps", 2, 1, static (p, r) => Of(("label", Sign(p)), ("probabilities", Maps(p, 2, r, text: false, static c => (2 * c) - 1))), Sign),
        new("scikit-learn: label, then decision scores", 3, 1, static (p, r) => Of(("label", Whole(p)), ("scores", Logits(p, 3, r))), Whole),
        new("scikit-learn: label texts, then one decision score", 2, 1, static (p, r) => Of(("label", Text(p)), ("scores", OneLogit(p, r, 1))), Text),
        new("maps alone, keys in no order", 3, 1, static (p, r) => Of(("y", Maps(p, 3, r, text: true, reversed: true))), Text),
        new("logits; whole numbers", 3, 1, static (p, r) => Of(("logits", Logits(p, 3, r))), Whole),
        new("logits float16; whole numbers", 3, 1, static (p, r) => Of(("logits", HalfLogits(p, 3, r))), Whole),
        new("logits; texts by order", 3, 1, static (p, r) => Of(("logits", Logits(p, 3, r))), Text),
        new("logits; any numbers by order", 3, 1, static (p, r) => Of(("logits", Logits(p, 3, r))), static a => Whole([.. a.Select(static c => 10 + (7 * c))])),
        new("logits; class list given", 3, 1, static (p, r) => Of(("logits", Logits(p, 3, r))), static a => Texts([.. a.Select(static c => s_animals[2 - c])]), new ReadingOptions { Classes = ["owl", "dog", "cat"] }),
        new("softmax; one-hot", 3, 1, static (p, r) => Of(("y", Softmax(p, 3, r))), static a => OneHot(a, 3)),
        new("softmax; numbers from 1", 3, 1, static (p, r) => Of(("y", Softmax(p, 3, r))), static a => Whole([.. a.Select(static c => c + 1)])),
        new("softmax; real numbers [N,1]", 3, 1, static (p, r) => Of(("y", Softmax(p, 3, r))), static a => Real(a, 1)),
        new("log-softmax; whole numbers", 3, 1, static (p, r) => Of(("y", LogSoftmax(p, 3, r))), Whole),
        new("one sigmoid [N,1]; 0 and 1", 2, 1, static (p, r) => Of(("y", OneSigmoid(p, r, 1))), Whole),
        new("one sigmoid [N]; bools", 2, 1, static (p, r) => Of(("y", OneSigmoid(p, r, 0))), Bools),
        new("one logit [N,1]; −1 and 1", 2, 1, static (p, r) => Of(("y", OneLogit(p, r, 1))), Sign),
        new("one logit [N]; texts", 2, 1, static (p, r) => Of(("y", OneLogit(p, r, 0))), static a => Texts([.. a.Select(static c => c == 1 ? "yes" : "no")])),
        new("one sigmoid; 1 and 2", 2, 1, static (p, r) => Of(("y", OneSigmoid(p, r, 1))), static a => Whole([.. a.Select(static c => c + 1)])),
        new("two columns of softmax; −1 and 1", 2, 1, static (p, r) => Of(("y", Softmax(p, 2, r))), Sign),
        new("two columns of logits; bools", 2, 1, static (p, r) => Of(("y", Logits(p, 2, r))), Bools),
        new("two sigmoids; real numbers", 2, 1, static (p, r) => Of(("y", Sigmoids(p, 2, r))), static a => Real(a, 0)),
        new("two columns; one-hot", 2, 1, static (p, r) => Of(("y", Softmax(p, 2, r))), static a => OneHot(a, 2)),
        new("several outputs: embedding, logits, softmax", 3, 1, static (p, r) => Both(p, r), Whole),
        new("several heads: the one of as many classes", 2, 1, static (p, r) => Of(("age", Logits([.. p.Select(_ => r.Next(5))], 5, r)), ("sex", Logits(p, 2, r))), Whole),
        new("several heads: named", 3, 1, static (p, r) => Of(("a", Logits([.. p.Select(_ => r.Next(3))], 3, r)), ("b", Logits(p, 3, r))), Whole, new ReadingOptions { OutputName = "b" }),
        new("label alone; the same numbers", 3, 1, static (p, _) => Of(("label", Whole(p))), Whole),
        new("label alone; numbers from 1", 3, 1, static (p, _) => Of(("label", Whole(p))), static a => Whole([.. a.Select(static c => c + 1)])),
        new("label alone; texts by order", 3, 1, static (p, _) => Of(("label", Whole(p))), Text),
        new("label alone, texts; other case and spaces", 3, 1, static (p, _) => Of(("label", Text(p))), static a => Texts([.. a.Select(static c => " " + s_animals[c].ToUpperInvariant())])),
        new("label alone, real numbers", 3, 1, static (p, _) => Of(("label", Real(p, 1))), Whole),
        new("label alone; one-hot", 3, 1, static (p, _) => Of(("label", Whole(p))), static a => OneHot(a, 3)),
        new("token ids", 20, 6, static (p, _) => Of(("ids", Whole(p, 6))), static a => Whole(a, 6)),
        new("token scores", 20, 6, static (p, r) => Of(("logits", Logits(p, 20, r, [6, 20]))), static a => Whole(a, 6)),
        new("maps of classes, NCHW", 3, 16, static (p, r) => Of(("mask", ChannelsFirst(p, 3, r))), static a => TensorValue.Copy(a, [a.Length / 16, 4, 4])),
        new("maps of classes, whole numbers", 3, 16, static (p, _) => Of(("mask", TensorValue.Copy(p, [p.Length / 16, 4, 4]))), static a => TensorValue.Copy(a, [a.Length / 16, 1, 4, 4])),
        new("map of one sigmoid, N1HW", 2, 16, static (p, r) => Of(("mask", TensorValue.Copy(OneSigmoid(p, r, 0).AsSpan<float>(), [p.Length / 16, 1, 4, 4]))), static a => TensorValue.Copy(a, [a.Length / 16, 4, 4])),
        new("several sigmoids; several of them true", 2, 5, static (p, r) => Of(("tags", TensorValue.Copy(OneSigmoid(p, r, 0).AsSpan<float>(), [p.Length / 5, 5]))), static a => TensorValue.Copy(a, [a.Length / 5, 5])),
    ];

    public static NamedValues Of(params (string Name, ModelValue Value)[] outputs)
    {
        var values = new NamedValues();
        foreach ((string name, ModelValue value) in outputs)
        {
            values.Add(name, value);
        }

        return values;
    }

    public static TensorValue Whole(int[] classes) => TensorValue.Copy(Array.ConvertAll(classes, static c => (long)c), [classes.Length]);

    public static TensorValue Text(int[] classes) => Texts([.. classes.Select(static c => s_animals[c])]);

    public static TensorValue Texts(string[] texts) => TensorValue.Copy(texts, [texts.Length]);

    public static TensorValue Logits(int[] classes, int count, Random random, long[]? shape = null)
    {
        var values = new float[classes.Length * count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((4 * random.NextDouble()) - 2 + (i % count == classes[i / count] ? 4.5 : 0));
        }

        long rows = values.Length / (shape ?? [count]).Aggregate(1L, static (product, size) => product * size);
        return TensorValue.Copy(values, [rows, .. shape ?? [count]]);
    }

    public static TensorValue Softmax(int[] classes, int count, Random random)
    {
        ReadOnlySpan<float> logits = Logits(classes, count, random).AsSpan<float>();
        var values = new float[logits.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double sum = 0;
            foreach (float logit in logits.Slice(i / count * count, count))
            {
                sum += Math.Exp(logit);
            }

            values[i] = (float)(Math.Exp(logits[i]) / sum);
        }

        return TensorValue.Copy(values, [classes.Length, count]);
    }

    private static TensorValue Whole(int[] classes, int positions) => TensorValue.Copy(Array.ConvertAll(classes, static c => (long)c), [classes.Length / positions, positions]);

    private static TensorValue Sign(int[] classes) => Whole([.. classes.Select(static c => (2 * c) - 1)]);

    private static TensorValue Bools(int[] classes) => TensorValue.Copy(Array.ConvertAll(classes, static c => c == 1), [classes.Length]);

    private static TensorValue Real(int[] classes, int axes) => TensorValue.Copy(Array.ConvertAll(classes, static c => (float)c), axes == 0 ? [classes.Length] : [classes.Length, 1]);

    private static TensorValue OneHot(int[] classes, int count)
    {
        var values = new float[classes.Length * count];
        for (int i = 0; i < classes.Length; i++)
        {
            values[(i * count) + classes[i]] = 1;
        }

        return TensorValue.Copy(values, [classes.Length, count]);
    }

    private static TensorValue HalfLogits(int[] classes, int count, Random random)
    {
        float[] values = Logits(classes, count, random).AsSpan<float>().ToArray();
        return TensorValue.Copy(Array.ConvertAll(values, static v => (Half)v), [classes.Length, count]);
    }

    private static TensorValue LogSoftmax(int[] classes, int count, Random random)
    {
        float[] values = Softmax(classes, count, random).AsSpan<float>().ToArray();
        return TensorValue.Copy(Array.ConvertAll(values, static v => (float)Math.Log(v)), [classes.Length, count]);
    }

    private static TensorValue Sigmoids(int[] classes, int count, Random random)
    {
        float[] values = Logits(classes, count, random).AsSpan<float>().ToArray();
        return TensorValue.Copy(Array.ConvertAll(values, static v => (float)(1 / (1 + Math.Exp(-v)))), [classes.Length, count]);
    }

    private static TensorValue OneLogit(int[] classes, Random random, int axes)
    {
        float[] values = Array.ConvertAll(classes, c => (float)((c == 1 ? 1 : -1) * (0.1 + (3 * random.NextDouble()))));
        return TensorValue.Copy(values, axes == 0 ? [classes.Length] : [classes.Length, 1]);
    }

    private static TensorValue OneSigmoid(int[] classes, Random random, int axes)
    {
        float[] values = OneLogit(classes, random, axes).AsSpan<float>().ToArray();
        return TensorValue.Copy(Array.ConvertAll(values, static v => (float)(1 / (1 + Math.Exp(-v)))), axes == 0 ? [classes.Length] : [classes.Length, 1]);
    }

    private static SequenceValue Maps(int[] classes, int count, Random random, bool text, Func<int, int>? name = null, bool reversed = false)
    {
        float[] values = Softmax(classes, count, random).AsSpan<float>().ToArray();
        var maps = new ModelValue[classes.Length];
        for (int row = 0; row < maps.Length; row++)
        {
            int[] order = [.. Enumerable.Range(0, count).Select(c => reversed ? count - 1 - c : c)];
            TensorValue keys = text ? Texts([.. order.Select(static c => s_animals[c])]) : Whole([.. order.Select(name ?? (static c => c))]);
            maps[row] = new MapValue(keys, TensorValue.Copy([.. order.Select(c => values[(row * count) + c])], [count]));
        }

        return new SequenceValue(maps);
    }

    private static NamedValues Both(int[] classes, Random random)
    {
        TensorValue logits = Logits(classes, 3, random), softmax = Softmax(classes, 3, random);
        return Of(("embedding", Logits([.. classes.Select(_ => random.Next(8))], 8, random)), ("logits", logits), ("softmax", softmax));
    }

    private static TensorValue ChannelsFirst(int[] classes, int count, Random random)
    {
        ReadOnlySpan<float> last = Logits(classes, count, random).AsSpan<float>();
        var values = new float[last.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            for (int c = 0; c < count; c++)
            {
                values[(i / 16 * 16 * count) + (c * 16) + (i % 16)] = last[(i * count) + c];
            }
        }

        return TensorValue.Copy(values, [classes.Length / 16, count, 4, 4]);
    }
}
