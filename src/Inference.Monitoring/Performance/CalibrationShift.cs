namespace Inference.Monitoring.Performance;

/// <summary>How far the relation of score and label may have moved since the reference, which nothing but labels can show: standard deviations of the intercept (nats) and slope of the logit of the calibrated probability. The interval's part from it does not
/// shrink with the number of rows.</summary>
/// <param name="Intercept">Of the intercept; the default 0.05 moves odds by 5 %.</param>
/// <param name="Slope">Of the slope, relative; the default is 0.025.</param>
internal readonly record struct CalibrationShift(double Intercept, double Slope)
{
    /// <summary>0.05 and 0.025.</summary>
    public static CalibrationShift Default { get; } = new(0.05, 0.025);
}
