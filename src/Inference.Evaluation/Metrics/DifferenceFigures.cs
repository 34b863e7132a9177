using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Metrics;

/// <summary>How far numbers of one output lie from the source model's. Mergeable, exact.</summary>
public sealed class DifferenceFigures
{
    private readonly ExactSum _error = new();
    private readonly ExactSum _power = new();

    /// <summary>Numbers compared.</summary>
    public long Elements { get; private set; }

    /// <summary>Numbers where one is NaN or infinite and the other is not the same; in no other figure.</summary>
    public long NotFinite { get; private set; }

    /// <summary>max |candidate − source|.</summary>
    public double WorstAbsolute { get; private set; }

    /// <summary>√(Σ(candidate − source)² ÷ Σ source²); 0 where all are equal, +∞ where only the source is all 0; NaN without numbers.</summary>
    public double RelativeError => Elements == 0 ? double.NaN : _error.Value == 0 ? 0 : Math.Sqrt(_error.Value / _power.Value);

    internal void Add(double source, double candidate)
    {
        Elements++;
        if (source.Equals(candidate) && !double.IsFinite(source))
        {
            return;
        }

        if (!double.IsFinite(source) || !double.IsFinite(candidate))
        {
            NotFinite++;
            return;
        }

        double difference = candidate - source;
        WorstAbsolute = Math.Max(WorstAbsolute, Math.Abs(difference));
        _error.Add(difference * difference);
        _power.Add(source * source);
    }

    internal void Merge(DifferenceFigures other)
    {
        Elements += other.Elements;
        NotFinite += other.NotFinite;
        WorstAbsolute = Math.Max(WorstAbsolute, other.WorstAbsolute);
        _error.Merge(other._error);
        _power.Merge(other._power);
    }
}
