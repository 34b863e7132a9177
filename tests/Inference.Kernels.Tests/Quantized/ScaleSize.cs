namespace Inference.Kernels.Tests.Quantized;

/// <summary>How large the factors of a requantization are: stores take different ways.</summary>
public enum ScaleSize
{
    /// <summary>Results spread over the range of a byte.</summary>
    Usual,

    /// <summary>All at most 1/2, halves among the products.</summary>
    Half,

    /// <summary>Above 1/2: products leave the range of s16.</summary>
    Large,

    /// <summary>Products leave the range of s32.</summary>
    Huge,
}
