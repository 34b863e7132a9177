namespace Inference.Evaluation.Tests.Reading;

/// <summary>What a model answers and what is true, as plain classes, before either is coded. Its accuracy is computed here, by nothing that is tested.</summary>
internal sealed class Answers
{
    public required int Classes { get; init; }

    public required int[] Predicted { get; init; }

    public required int[] Actual { get; init; }

    public double Accuracy => Predicted.Zip(Actual).Count(static pair => pair.First == pair.Second) / (double)Actual.Length;

    /// <summary>Nine tenths are right; classes are of unequal frequency.</summary>
    public static Answers Of(int count, int classes, int seed)
    {
        var random = new Random(seed);
        int[] actual = [.. Enumerable.Range(0, count).Select(_ => Math.Min(random.Next(classes), random.Next(classes)))];
        return new Answers { Classes = classes, Actual = actual, Predicted = [.. actual.Select(a => random.Next(10) == 0 ? random.Next(classes) : a)] };
    }

    public Answers With(string fault)
    {
        var random = new Random(3);
        int[] shuffled = [.. Predicted];
        random.Shuffle(shuffled);
        return new Answers
        {
            Classes = Classes,
            Actual = Actual,
            Predicted = fault switch
            {
                "swapped" => [.. Predicted.Select(static p => p == 0 ? 1 : p == 1 ? 0 : p)],
                "constant" => [.. Predicted.Select(_ => Classes - 1)],
                "shuffled" => shuffled,
                "threshold" => [.. Predicted.Select((p, i) => i % 4 == 0 ? Classes - 1 : p)],
                _ => Predicted,
            },
        };
    }
}
