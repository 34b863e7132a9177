namespace Inference.Operators.Contrib;

/// <summary>The 16 values of the 4-bit types of bitsandbytes, largest magnitude 1. Source: "QLoRA", Dettmers et al. 2023, appendix E.</summary>
internal static class FourBitTypes
{
    /// <summary>Sign, two bits of exponent, one of mantissa; scaled by 12.</summary>
    public static ReadOnlySpan<float> Float => [0f, 0.0625f / 12, 8f / 12, 12f / 12, 4f / 12, 6f / 12, 2f / 12, 3f / 12, -0f, -0.0625f / 12, -8f / 12, -12f / 12, -4f / 12, -6f / 12, -2f / 12, -3f / 12];

    /// <summary>Quantiles of the normal distribution.</summary>
    public static ReadOnlySpan<float> NormalFloat =>
    [
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    ];
}
