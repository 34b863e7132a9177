namespace Inference.Kernels.Quantized.Tiles;

/// <summary>The reference tile: one row, 16 columns, u8 × s8 four at a time.</summary>
internal static unsafe class GemmS32TilesScalar
{
    private const int Columns = 16;

    public static delegate*<GemmS32Tile*, void>[] Table() => [&Tile1x1];

    private static void Tile1x1(GemmS32Tile* t) => Run(t, 1, Columns);

    /// <summary>The formula for any size; the self-test of emitted tiles compares with it.</summary>
    public static void Run(GemmS32Tile* t, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                int sum = ((int*)((byte*)t->Init + (i * t->InitStrideBytes)))[j];
                sbyte* b = (sbyte*)t->Panel + (4 * j);
                for (nint tap = 0; tap < t->Taps; tap++)
                {
                    byte* a = ((byte**)((byte*)t->Rows + (tap * t->RowPitchBytes)))[i];
                    for (nint k = 0; k < t->DepthBytes; k += 4, b += 4 * columns)
                    {
                        sum += (a[k] * b[0]) + (a[k + 1] * b[1]) + (a[k + 2] * b[2]) + (a[k + 3] * b[3]);
                    }
                }

                ((int*)((byte*)t->C + (i * t->LdcBytes)))[j] = sum;
            }
        }
    }
}
