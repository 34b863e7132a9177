using Inference.Evaluation.Numerics;

namespace Inference.Evaluation.Metrics;

/// <summary>Differences between an output of a candidate and of the source model. Mergeable, exact.</summary>
public sealed class DifferenceFigures
{
    private readonly ExactSum _error = new();
    private readonly ExactSum _power = new();

    /// <summary>The number of compared elements.</summary>
    public long Elements { get; private set; }

    /// <summary>The number of elements that are NaN or infinite in one output and not the same in the other; they are excluded from all other figures.</summary>
    public long NotFinite { get; private set; }

    /// <summary>max |candidate − source|.</summary>
    public double WorstAbsolute { get; private set; }

    /// <summary>√(Σ(candidate − source)² ÷ Σ source²); 0 if all elements are equal, +∞ if only the source is all 0, NaN without elements.</summary>
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
