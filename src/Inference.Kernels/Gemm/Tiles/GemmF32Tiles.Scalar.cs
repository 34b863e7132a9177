namespace Inference.Kernels.Gemm.Tiles;

/// <summary>The reference tile: one row, 16 columns, in the order of the formula in <see cref="GemmF32Tile"/>.</summary>
internal static unsafe class GemmF32TilesScalar
{
    private const int Columns = 16;

    public static delegate*<GemmF32Tile*, void>[] Table() => [&Tile1x1];

    private static void Tile1x1(GemmF32Tile* t)
    {
        float* sums = stackalloc float[Columns];
        for (int j = 0; j < Columns; j++)
        {
            sums[j] = (t->Bias != null ? t->Bias[j] : 0f) + (t->Init != null ? t->Init[j] : 0f)
                + (t->RowBias != null ? t->RowBias[0] : 0f);
        }

        float* b = t->Panel;
        for (nint tap = 0; tap < t->Taps; tap++)
        {
            float* a = t->Rows[tap * t->RowPitch];
            for (nint k = 0; k < t->Depth; k++, b += t->PanelStride)
            {
                for (int j = 0; j < Columns; j++)
                {
                    sums[j] += a[k] * b[j];
                }
            }
        }

        for (int j = 0; j < Columns; j++)
        {
            float y = sums[j];
            if (t->Clip)
            {
                y = t->Min > y ? t->Min : y;
                y = t->Max < y ? t->Max : y;
            }

            t->C[j] = y;
        }
    }
}
