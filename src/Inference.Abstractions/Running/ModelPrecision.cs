namespace Inference;

/// <summary>The precision in which the managed engine computes products with constant weights.</summary>
public enum ModelPrecision
{
    /// <summary>Weights and values are used as the model declares them.</summary>
    Float32 = 0,

    /// <summary>
    /// Constant f32 weights of matrix products, and of convolutions with enough channels, are rounded to bfloat16 (8 significant bits, half the bytes), and so are the values they are multiplied by; sums and all other operators stay in f32.
    /// Where the process has no instructions for it (AVX512_BF16, executable memory), the model runs in f32: <c>inference profile</c> names the kernel of each product.
    /// </summary>
    AllowBFloat16 = 1,
}
