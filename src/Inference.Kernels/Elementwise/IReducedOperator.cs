namespace Inference.Kernels.Elementwise;

/// <summary>A function whose vector form reduces its argument, and takes |x| up to <see cref="Simd.SimdTrigonometry.Largest"/>.</summary>
internal interface IReducedOperator
{
    /// <summary>f(x) for any x.</summary>
    static abstract float Whole(float x);
}
