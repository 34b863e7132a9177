using System.Text.Json;
using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Tests.Metrics;

/// <summary>Random rows for a metric: ties, single classes and weights included.</summary>
internal sealed class RandomRows
{
    private readonly Metric _metric;
    private readonly int[] _actual;
    private readonly int[] _predicted;
    private readonly double[][]? _scores;
    private readonly double[][]? _values;
    private readonly double[][]? _truth;
    private readonly double[]? _weights;

    public RandomRows(Metric metric, int seed, int? rows = null)
    {
        _metric = metric;
        var random = new Random(seed);
        bool lists = metric.Name.StartsWith("ndcg", StringComparison.Ordinal) || metric.Name == "mrr";
        Count = rows ?? random.Next(metric.Name == "r2" ? 2 : 1, 60);
        Classes = metric.Name is "precision" or "recall" or "f1" ? 2 : random.Next(2, 6);
        Classes = metric.Name.StartsWith("top", StringComparison.Ordinal) ? random.Next(3, 9) : Classes;

        // One vector in eight has a single class; one in three whole-number scores, so that ties abound.
        int used = random.Next(8) == 0 ? 1 : Classes;
        bool ties = random.Next(3) == 0;
        _actual = [.. Enumerable.Range(0, Count).Select(_ => random.Next(used))];
        _predicted = [.. _actual.Select(a => random.Next(3) == 0 ? random.Next(Classes) : a)];
        _weights = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, Count).Select(_ => random.NextDouble() + 0.01)];
        if (metric.Needs is MetricNeeds.Probabilities or MetricNeeds.Scores)
        {
            _scores = [.. _actual.Select(a => Scores(random, a, ties, metric.Needs == MetricNeeds.Probabilities))];
        }

        if (metric.Needs == MetricNeeds.Values)
        {
            int columns = metric.Name == "box_iou" ? 4 : lists ? random.Next(2, 12) : random.Next(1, 4);
            double offset = random.Next(2) * 1000;
            _truth = [.. Enumerable.Range(0, Count).Select(_ => Row(columns, _ => lists ? random.Next(metric.Name == "mrr" ? 2 : 4) : ties ? random.Next(-3, 4) : offset + Gaussian(random)))];
            if (metric.Name == "mrr")
            {
                // The reference is the reciprocal rank for lists with exactly one relevant item.
                foreach (double[] list in _truth)
                {
                    Array.Clear(list);
                    list[random.Next(columns)] = 1;
                }
            }

            _values = [.. _truth.Select(t => t.Select(v => ties ? random.Next(-3, 4) : v + Gaussian(random)).ToArray())];
            if (metric.Name == "box_iou")
            {
                _truth = [.. _truth.Select(_ => Box(random))];
                _values = [.. _truth.Select(t => random.Next(4) == 0 ? Box(random) : [t[0] + (random.NextDouble() / 4), t[1], t[2] + 0.5, t[3]])];
            }
        }
    }

    public int Count { get; }

    public int Classes { get; }

    public void AddTo(MetricAccumulator accumulator, IEnumerable<int> rows)
    {
        foreach (int i in rows)
        {
            accumulator.Add(new EvaluationRow
            {
                Actual = _actual.AsSpan(i, 1),
                Predicted = _predicted.AsSpan(i, 1),
                Scores = _scores is null ? default : _scores[i],
                Probabilities = _scores is null ? default : _scores[i],
                Values = _values is null ? default : _values[i],
                Truth = _truth is null ? default : _truth[i],
                Weight = _weights is null ? 1 : _weights[i],
            });
        }
    }

    public double Value()
    {
        MetricAccumulator accumulator = _metric.CreateAccumulator();
        AddTo(accumulator, Enumerable.Range(0, Count));
        return accumulator.Value;
    }

    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("metric", _metric.Name);
            Write(json, "w", _weights);
            Write(json, "actual", _actual.Select(static v => (double)v));
            Write(json, "predicted", _predicted.Select(static v => (double)v));
            Write(json, "scores", _scores);
            Write(json, "probabilities", _scores);
            Write(json, "values", _values);
            Write(json, "truth", _truth);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<double>? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (double value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, double[][]? rows)
    {
        if (rows is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (double[] row in rows)
        {
            json.WriteStartArray();
            foreach (double value in row)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private double[] Scores(Random random, int actual, bool ties, bool probabilities)
    {
        double[] scores = Row(Classes, c => (ties ? random.Next(3) : random.NextDouble() * 3) + (c == actual ? 1 : 0));
        double sum = scores.Sum();
        return probabilities ? Row(Classes, c => sum == 0 ? 1.0 / Classes : scores[c] / sum) : scores;
    }

    private static double[] Row(int columns, Func<int, double> value) => [.. Enumerable.Range(0, columns).Select(value)];

    private static double[] Box(Random random)
    {
        double x = random.NextDouble(), y = random.NextDouble();
        return [x, y, x + 0.1 + random.NextDouble(), y + 0.1 + random.NextDouble()];
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
