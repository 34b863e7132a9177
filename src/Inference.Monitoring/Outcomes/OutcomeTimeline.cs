namespace Inference.Monitoring;

/// <summary>A comparison of two arms that remembers how its interval narrowed. Not thread-safe.</summary>
/// <param name="options">The options of the comparison; null for the defaults.</param>
public sealed class OutcomeTimeline(OutcomeComparisonOptions? options = null)
{
    // Points of a picture; whenever there are twice as many, every other one is dropped and the step doubles.
    private const int MostPoints = 32;
    private const int FirstStep = 64;

    private readonly List<OutcomeComparison> _points = [];
    private long _step = FirstStep;

    /// <summary>The comparison.</summary>
    public OutcomeComparison Comparison { get; } = new(options);

    /// <summary>Adds a unit, as <see cref="OutcomeComparison.Add"/>.</summary>
    public bool Add(bool isTreatment, double outcome, int stage = 0, UInt128? unit = null)
    {
        long before = Comparison.Rows;
        bool counted = Comparison.Add(isTreatment, outcome, stage, unit);
        if (Comparison.Rows > before && Comparison.Rows % _step == 0)
        {
            _points.Add(Comparison.Freeze());
            if (_points.Count >= 2 * MostPoints)
            {
                _step *= 2;
                _points.RemoveAll(p => p.Rows % _step != 0);
            }
        }

        return counted;
    }

    /// <summary>Evaluates the points so far and the present one, 64 at most, in order of rows. Takes some milliseconds a point for binary outcomes, a tenth of a second for others.</summary>
    public IReadOnlyList<OutcomePoint> Evaluate()
    {
        OutcomeComparison[] all = [.. _points.Where(p => p.Rows < Comparison.Rows), .. Comparison.Rows == 0 ? Array.Empty<OutcomeComparison>() : [Comparison.Freeze()]];
        var points = new OutcomePoint[all.Length];
        Parallel.For(0, all.Length, i =>
        {
            OutcomeReport report = all[i].Evaluate();
            points[i] = new OutcomePoint(all[i].Rows, report.Difference, report.Low, report.High);
        });
        return points;
    }
}
