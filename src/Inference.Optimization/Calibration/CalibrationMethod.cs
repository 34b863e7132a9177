namespace Inference.Optimization.Calibration;

/// <summary>How the range of an activation is chosen from what was seen.</summary>
public enum CalibrationMethod
{
    /// <summary>Each of the other methods is tried on each tensor, and the one with the least squared error at the output of the layers that read the tensor is kept.</summary>
    Auto,

    /// <summary>From the least to the greatest value.</summary>
    MinMax,

    /// <summary>The range that holds a share of the values, 99.99 % by default.</summary>
    Percentile,

    /// <summary>The range whose 128-level form diverges least from the values' distribution (Kullback-Leibler), over 128 candidates.</summary>
    Entropy,

    /// <summary>The range with the least expected squared error of rounding and clipping, over 100 shrinks and then each end by itself.</summary>
    Mse,
}
