namespace Inference.Kernels.Gemm;

/// <summary>A row of the f32 GEMM inventory: tiles of 1 … <see cref="MaxRows"/> rows by 1 … <see cref="MaxVectors"/> vectors.</summary>
internal sealed unsafe class GemmF32Kernel(
    string name,
    IsaTier tier,
    bool supported,
    int maxRows,
    int maxVectors,
    int lanes,
    delegate*<GemmF32Tile*, void>[] tiles)
{
    private readonly delegate*<GemmF32Tile*, void>[] _tiles = tiles;

    public string Name { get; } = name;

    public IsaTier Tier { get; } = tier;

    public bool Supported { get; } = supported;

    public int MaxRows { get; } = maxRows;

    public int MaxVectors { get; } = maxVectors;

    public int Lanes { get; } = lanes;

    /// <summary>Columns of a full panel.</summary>
    public int PanelColumns => MaxVectors * Lanes;

    public delegate*<GemmF32Tile*, void> Tile(int rows, int vectors) => _tiles[((vectors - 1) * MaxRows) + rows - 1];
}
