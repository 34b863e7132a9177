namespace Inference.Kernels.Normalization;

/// <summary>
/// One normalization over rows. With s = X + Skip + SkipBias: y = (s − mean s) / √(var s + Epsilon) · Gamma + Beta, or without
/// the mean (RMS): y = s / √(mean s² + Epsilon) · Gamma + Beta. Pointers are borrowed for the call; null means absent.
/// </summary>
internal unsafe struct LayerNormArguments
{
    /// <summary>[rows, columns].</summary>
    public float* X;

    /// <summary>[rows, columns], added to X.</summary>
    public float* Skip;

    /// <summary>[columns], added to every row.</summary>
    public float* SkipBias;

    /// <summary>[columns]; 1 if absent.</summary>
    public float* Gamma;

    /// <summary>[columns]; 0 if absent.</summary>
    public float* Beta;

    /// <summary>[rows, columns]; may be X.</summary>
    public float* Y;

    /// <summary>[rows, columns] for s; may be X or Skip.</summary>
    public float* Sum;

    /// <summary>[rows] for the means.</summary>
    public float* Mean;

    /// <summary>[rows] for 1/√(variance + Epsilon).</summary>
    public float* InverseDeviation;

    /// <summary>Rows.</summary>
    public nint Rows;

    /// <summary>Columns, 1 or more.</summary>
    public nint Columns;

    /// <summary>Added to the variance.</summary>
    public float Epsilon;

    /// <summary>Whether the mean is left out (RMS normalization).</summary>
    public bool Rms;
}
