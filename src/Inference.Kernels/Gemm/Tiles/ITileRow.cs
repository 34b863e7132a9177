namespace Inference.Kernels.Gemm.Tiles;

/// <summary>
/// A row of vectors of elements of four bytes: sums of f32, or sums of s32 whose factors are pairs of s16. Each width and number of vectors is written out, so that the compiler has
/// few calls to see through.
/// </summary>
internal unsafe interface ITileRow<TSelf>
    where TSelf : unmanaged, ITileRow<TSelf>
{
    void Load(float* from);

    /// <summary>Adds x · w, with one rounding; of pairs, both products.</summary>
    void Fma(float x, in TSelf w);

    void Store(float* to);
}
