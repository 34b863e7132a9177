namespace Inference.Optimization.Calibration;

/// <summary>Specifies how the range of an activation is selected from the observed values.</summary>
public enum CalibrationMethod
{
    /// <summary>Tries each of the other methods for each tensor, and keeps the one with the lowest squared error at the output of the layers that read the tensor.</summary>
    Auto,

    /// <summary>The range from the lowest to the highest value.</summary>
    MinMax,

    /// <summary>The range that contains a given share of the values; the default is 99.99 %.</summary>
    Percentile,

    /// <summary>The range whose 128-level quantization has the lowest Kullback–Leibler divergence from the distribution of the values, over 128 candidates.</summary>
    Entropy,

    /// <summary>The range with the lowest expected squared error of rounding and clipping, over 100 shrunk ranges and then each end separately.</summary>
    Mse,
}
