namespace Inference.Kernels.Gemm.Tiles;

/// <summary>What rows of f32 have besides.</summary>
internal unsafe interface IFloatTileRow<TSelf> : ITileRow<TSelf>
    where TSelf : unmanaged, IFloatTileRow<TSelf>
{
    void Add(float* from);

    /// <summary>Adds x to each element.</summary>
    void Add(float x);

    void Add(in TSelf x);

    /// <summary>Clamps to [low, high]; NaN stays NaN.</summary>
    void Clip(float low, float high);
}
