namespace Inference.Optimization.Evaluation;

/// <summary>A measure of a model's quality. Immutable.</summary>
public abstract class Metric
{
    private protected Metric(string name, bool higherIsBetter, bool bounded)
    {
        Name = name;
        HigherIsBetter = higherIsBetter;
        IsBounded = bounded;
    }

    /// <summary>Its name on the command line.</summary>
    public string Name { get; }

    /// <summary>Whether greater is better.</summary>
    public bool HigherIsBetter { get; }

    /// <summary>Whether it lies in 0 to 1: a drop is then absolute, 0.01 being one point; otherwise it is relative to the source model's value.</summary>
    public bool IsBounded { get; }

    /// <summary>The metrics there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["accuracy", "top1", "top5", "auc", "f1", "logloss", "mse", "mae", "agreement"];

    /// <summary>The metric of that name.</summary>
    /// <param name="name">accuracy (or top1), top5, auc, f1, logloss, mse, mae, or agreement (with the source model; needs no labels).</param>
    /// <exception cref="OptimizationException">There is none.</exception>
    public static Metric Parse(string name) => name switch
    {
        "accuracy" or "top1" => new RowMetric(name, true, true, RowMetric.Accuracy),
        "agreement" => new RowMetric(name, true, true, RowMetric.Accuracy),
        "top5" => new RowMetric(name, true, true, RowMetric.Top5),
        "logloss" => new RowMetric(name, false, false, RowMetric.LogLoss),
        "mse" => new RowMetric(name, false, false, (p, l) => RowMetric.Error(p, l, static d => d * d)),
        "mae" => new RowMetric(name, false, false, (p, l) => RowMetric.Error(p, l, Math.Abs)),
        "auc" => new AucMetric(),
        "f1" => new F1Metric(),
        _ => throw new OptimizationException($"Metric: expected one of {string.Join(", ", Names)}, got '{name}'. Name another one."),
    };

    /// <summary>How much worse the second value is than the first: absolute for bounded metrics, else relative; negative where it is better.</summary>
    /// <param name="source">The source model's value.</param>
    /// <param name="candidate">The other model's value.</param>
    public double Drop(double source, double candidate)
    {
        double worse = HigherIsBetter ? source - candidate : candidate - source;
        return IsBounded ? worse : worse / Math.Max(Math.Abs(source), 1e-12);
    }

    /// <summary>Prepares the metric for many weightings of the same rows.</summary>
    internal abstract PreparedMetric Prepare(Predictions predictions, float[] labels);
}
