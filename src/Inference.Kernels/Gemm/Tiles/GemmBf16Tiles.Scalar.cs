namespace Inference.Kernels.Gemm.Tiles;

/// <summary>The reference tile of pairs of bf16: one row, 16 columns; sums are f32, the lower product of a pair first.</summary>
internal static unsafe class GemmBf16TilesScalar
{
    private const int Columns = 16;

    public static delegate*<GemmF32Tile*, void>[] Table() => [&Tile1x1];

    private static void Tile1x1(GemmF32Tile* t)
    {
        for (int j = 0; j < Columns; j++)
        {
            float sum = (t->Bias != null ? t->Bias[j] : 0f) + (t->Init != null ? t->Init[j] : 0f) + (t->RowBias != null ? t->RowBias[0] : 0f);
            float* b = t->Panel + j;
            for (nint tap = 0; tap < t->Taps; tap++)
            {
                float* a = t->Rows[tap * t->RowPitch];
                for (nint k = 0; k < t->Depth; k++, b += t->PanelStride)
                {
                    sum += Low(a[k]) * Low(*b);
                    sum += High(a[k]) * High(*b);
                }
            }

            if (t->Clip)
            {
                sum = t->Min > sum ? t->Min : sum;
                sum = t->Max < sum ? t->Max : sum;
            }

            t->C[j] = sum;
        }
    }

    private static float Low(float pair) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(pair) << 16);

    private static float High(float pair) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(pair) & 0xFFFF0000);
}
