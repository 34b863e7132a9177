namespace Inference.Monitoring.Retraining;

/// <summary>A metric at present beside its reference.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="HigherIsBetter">Its direction.</param>
/// <param name="Reference">Its value when all was right; NaN if it is not known.</param>
/// <param name="Value">Its value.</param>
/// <param name="Low">The lower end of its interval; NaN without one.</param>
/// <param name="High">The upper end.</param>
/// <param name="IsRealized">Whether it is computed from labels rather than estimated.</param>
internal sealed record PerformanceReading(string Metric, bool HigherIsBetter, double Reference, double Value, double Low, double High, bool IsRealized)
{
    /// <summary>How much worse it is than the reference at the near end of its interval; NaN if it is not known.</summary>
    public double Drop
    {
        get
        {
            double near = HigherIsBetter ? (double.IsNaN(High) ? Value : High) : double.IsNaN(Low) ? Value : Low;
            return HigherIsBetter ? Reference - near : near - Reference;
        }
    }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Metric} {(IsRealized ? "from labels" : "estimated")} {Value:F4} ({Low:F4} to {High:F4}) against {Reference:F4}");
}
