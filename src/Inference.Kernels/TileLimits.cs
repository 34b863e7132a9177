namespace Inference.Kernels;

/// <summary>The largest tiles of all inventories: buffers on the stack are as large, and a kernel beyond them cannot be made.</summary>
internal static class TileLimits
{
    /// <summary>Elements of 4 bytes in the widest vector.</summary>
    public const int Lanes = 16;

    /// <summary>Rows of the tallest f32 tile.</summary>
    public const int F32Rows = 6;

    /// <summary>Rows of an integer tile over all vectors of a panel.</summary>
    public const int S32Rows = 6;

    /// <summary>Rows of the tallest integer tile over a part of a panel.</summary>
    public const int S32TallRows = 12;

    /// <summary>Vectors of columns of the widest tile.</summary>
    public const int Vectors = 4;

    /// <summary>Columns of the widest panel.</summary>
    public const int PanelColumns = Vectors * Lanes;

    // A multiple of the heights of all tiles. Rows, 30 KB in parts of K of 640 bytes, and sums of a panel, 12 KB, are used again for each panel and come from the first- and second-level caches.
    /// <summary>Rows, or pixels, of a block of an integer product and of what is copied before it is multiplied.</summary>
    public const int RowBlock = 4 * S32TallRows;

    // With parts of K of 640 elements, rows take 480 KB of the second-level cache.
    /// <summary>Rows, pixels or channels of a block of an f32 product.</summary>
    public const int F32RowBlock = 4 * RowBlock;
}
