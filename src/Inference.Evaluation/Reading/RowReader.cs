using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Reading;

/// <summary>Converts outputs and labels to rows according to a reading.</summary>
internal sealed class RowReader(OutputReading reading)
{
    // Scores this close are a tie: which of them the model's own label follows is not significant.
    private const double Tie = 1e-6;

    public EvaluationRows Read(NamedValues outputs, TensorValue labels)
    {
        ValueColumn truth = ValueColumns.Of("labels", labels, out string reason) ?? throw new EvaluationException($"Labels: expected numbers or texts with one row per label, got {labels}: {reason}. Choose another column.");
        return Read(Column(outputs, reading.LabelOutput), Column(outputs, reading.ScoreOutput), truth);
    }

    /// <exception cref="EvaluationException">The columns have another form than the reading states.</exception>
    public EvaluationRows Read(ValueColumn? answered, ValueColumn? scores, ValueColumn labels)
    {
        foreach (ValueColumn? column in new[] { answered, scores })
        {
            if (column is not null && column.Rows != labels.Rows)
            {
                throw Wrong(column, $"{labels.Rows} rows, one per label");
            }
        }

        return labels.Rows == 0 ? new EvaluationRows(0) : reading.Task switch
        {
            ReadingTask.Tokens => Tokens(answered!, labels),
            ReadingTask.Classes => Classes(answered, scores, labels),
            _ => Values(scores!, labels),
        };
    }

    private static ValueColumn? Column(NamedValues outputs, string? name)
    {
        if (name is null)
        {
            return null;
        }

        if (!outputs.TryGetValue(name, out ModelValue? value))
        {
            throw new EvaluationException($"Output '{name}': expected this output of the source model, got {string.Join(", ", outputs.Select(static o => $"'{o.Key}'"))}. Compare models with the same outputs.");
        }

        return ValueColumns.Of(name, value, out string reason) ?? throw new EvaluationException($"Output '{name}': expected rows of numbers, texts or maps, got {value}: {reason}. Compare models with the same outputs.");
    }

    private static EvaluationException Wrong(ValueColumn column, string expected) => new($"Output '{column.Name}': expected {expected}, as in the source model, got {column.Description}. Compare models with the same outputs.");

    private static EvaluationRows Values(ValueColumn scores, ValueColumn labels) => scores.IsNumber && labels.IsNumber && scores.RowElements == labels.RowElements
        ? new EvaluationRows(labels.Rows, values: scores.Numbers, truth: labels.Numbers)
        : throw Wrong(scores, $"{labels.RowElements} numbers per row, as in the labels");

    private EvaluationRows Tokens(ValueColumn answered, ValueColumn labels)
    {
        if (!answered.IsNumber || !labels.IsNumber || answered.RowElements != labels.RowElements)
        {
            throw Wrong(answered, $"{labels.RowElements} token ids per row, as in the labels");
        }

        int[] actual = Array.ConvertAll(labels.Numbers, n => n == reading.IgnoredLabel ? EvaluationRow.Ignored : Id(n));
        return new EvaluationRows(labels.Rows, predicted: Array.ConvertAll(answered.Numbers, Id), actual: actual);
    }

    private static int Id(double number) => number is >= 0 and <= int.MaxValue && number == Math.Truncate(number) ? (int)number : EvaluationRow.NoClass;

    private EvaluationRows Classes(ValueColumn? answered, ValueColumn? scores, ValueColumn labels)
    {
        int[] actual = Actual(labels);
        double[]? arranged = scores is null ? null : Arrange(scores, actual.Length);
        int[] best = arranged is null ? [] : Best(arranged, actual.Length);
        int[] predicted = best;
        if (answered is not null)
        {
            if (answered.Elements != actual.Length)
            {
                throw Wrong(answered, $"{actual.Length} labels");
            }

            Dictionary<string, int> classes = Places(reading.ModelClasses);
            predicted = new int[actual.Length];
            for (int i = 0; i < predicted.Length; i++)
            {
                predicted[i] = classes.GetValueOrDefault(answered.ValueAt(i), EvaluationRow.NoClass);
                bool contradicts = arranged is not null && reading.OutputsAgree && predicted[i] != best[i] && !IsTie(arranged, i, actual.Length);
                predicted[i] = contradicts ? EvaluationRow.NoClass : predicted[i];
            }
        }

        if (arranged is null)
        {
            return new EvaluationRows(labels.Rows, predicted, actual);
        }

        double[] probabilities = Probabilities(arranged, actual.Length);
        return new EvaluationRows(labels.Rows, predicted, actual, Ordering(arranged, actual.Length), probabilities);
    }

    /// <summary>Whether the predicted label is that of the highest score in every row without a tie.</summary>
    public bool Agree(ValueColumn answered, ValueColumn scores)
    {
        int positions = answered.Elements;
        double[] arranged = Arrange(scores, positions);
        int[] best = Best(arranged, positions);
        Dictionary<string, int> classes = Places(reading.ModelClasses);
        return Enumerable.Range(0, positions).All(i => IsTie(arranged, i, positions) || classes.GetValueOrDefault(answered.ValueAt(i), EvaluationRow.NoClass) == best[i]);
    }

    private int[] Actual(ValueColumn labels)
    {
        if (reading.Coding == LabelCoding.OneHot)
        {
            int width = labels.RowElements;
            return [.. Enumerable.Range(0, labels.Rows).Select(row => OneHot.ClassOf(labels.Numbers.AsSpan(row * width, width)))];
        }

        Dictionary<string, int> classes = Places(reading.Classes);
        bool several = labels.RowElements > 1;
        var actual = new int[labels.Elements];
        for (int i = 0; i < actual.Length; i++)
        {
            actual[i] = several && labels.IsNumber && labels.Numbers[i] == reading.IgnoredLabel ? EvaluationRow.Ignored : classes.GetValueOrDefault(labels.ValueAt(i), EvaluationRow.NoClass);
        }

        return actual;
    }

    private static Dictionary<string, int> Places(IReadOnlyList<string> names) => names.Select(static (name, place) => (name, place)).ToDictionary(static n => n.name, static n => n.place, StringComparer.Ordinal);

    // [positions, classes], or [positions] if there is one score for two classes.
    private double[] Arrange(ValueColumn scores, int positions)
    {
        if (reading.IsMap)
        {
            Dictionary<string, int> classes = Places(reading.ModelClasses);
            if (scores.Kind != ColumnKind.Map || scores.Rows != positions || !scores.Keys.All(classes.ContainsKey) || scores.Keys.Count != classes.Count)
            {
                throw Wrong(scores, $"maps with the keys {string.Join(", ", reading.ModelClasses)}");
            }

            var sorted = new double[scores.Numbers.Length];
            for (int i = 0; i < sorted.Length; i++)
            {
                sorted[(i / classes.Count * classes.Count) + classes[scores.Keys[i % classes.Count]]] = scores.Numbers[i];
            }

            return sorted;
        }

        if (reading.ClassAxis is not { } axis)
        {
            return scores.IsNumber && scores.Elements == positions ? scores.Numbers : throw Wrong(scores, $"{positions} scores");
        }

        int count = reading.Classes.Count;
        if (!scores.IsNumber || axis > scores.RowShape.Count || scores.RowShape[axis - 1] != count || scores.Elements != (long)positions * count)
        {
            throw Wrong(scores, $"{count} scores along axis {axis} for each of {positions} positions");
        }

        int inner = scores.RowShape.Skip(axis).Aggregate(1, static (product, size) => product * size);
        var arranged = new double[scores.Numbers.Length];
        for (int i = 0; i < arranged.Length; i++)
        {
            int before = i / (inner * count), place = i / inner % count, after = i % inner;
            arranged[(((before * inner) + after) * count) + place] = scores.Numbers[i];
        }

        return arranged;
    }

    private int[] Best(double[] scores, int positions)
    {
        int count = scores.Length / positions;
        var best = new int[positions];
        for (int i = 0; i < positions; i++)
        {
            ReadOnlySpan<double> mine = scores.AsSpan(i * count, count);
            if (mine.ContainsAnyExceptInRange(double.NegativeInfinity, double.PositiveInfinity))
            {
                best[i] = EvaluationRow.NoClass;
            }
            else if (count == 1)
            {
                best[i] = mine[0] > reading.Threshold ? 1 : 0;
            }
            else
            {
                for (int c = 1; c < count; c++)
                {
                    best[i] = mine[c] > mine[best[i]] ? c : best[i];
                }
            }
        }

        return best;
    }

    private bool IsTie(double[] scores, int position, int positions)
    {
        int count = scores.Length / positions;
        ReadOnlySpan<double> mine = scores.AsSpan(position * count, count);
        if (count == 1)
        {
            return Math.Abs(mine[0] - reading.Threshold) <= Tie * Math.Max(1, Math.Abs(mine[0]));
        }

        double first = double.NegativeInfinity, second = double.NegativeInfinity;
        foreach (double score in mine)
        {
            (first, second) = score > first ? (score, first) : (first, Math.Max(second, score));
        }

        return !(first - second > Tie * Math.Max(1, Math.Abs(first)));
    }

    private double[] Probabilities(double[] scores, int positions)
    {
        int count = scores.Length / positions;
        if (count == 1)
        {
            var both = new double[2 * positions];
            for (int i = 0; i < positions; i++)
            {
                double p = reading.Form == ScoreForm.Logit ? 1 / (1 + Math.Exp(-scores[i])) : scores[i];
                (both[2 * i], both[(2 * i) + 1]) = (1 - p, p);
            }

            return both;
        }

        return reading.Form == ScoreForm.Logit ? Softmax.Of(scores, count) : scores;
    }

    // The scores that rank classes must not lose order to rounding: for two classes the logit of the second, otherwise the scores.
    private double[] Ordering(double[] scores, int positions)
    {
        int count = scores.Length / positions;
        if (count > 2 || (count == 2 && reading.Form == ScoreForm.Logit))
        {
            return scores;
        }

        var both = new double[2 * positions];
        for (int i = 0; i < positions; i++)
        {
            double score = scores[(i * count) + count - 1];
            (both[2 * i], both[(2 * i) + 1]) = reading.Form == ScoreForm.Logit ? (0, score) : (Math.Log(1 - score), Math.Log(score));
        }

        return both;
    }
}
