using Inference.Kernels.Memory;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>Runs each emitted tile on small integers, whose sums are exact in any order, with everything that can be added, and compares with the scalar tile.</summary>
internal static unsafe class Bf16SelfTest
{
    private const int TapCount = 2;
    private const int Columns = 16 * Bf16Tiles.MaxVectors;

    public static bool Passes(nint[] entries)
    {
        // Depths of 0 to 9 pass through the unrolled loop, its remainder, and neither.
        const int MaxDepth = 9;
        using var a = new AlignedScratch<float>(Bf16Tiles.MaxRows * TapCount * MaxDepth);
        using var b = new AlignedScratch<float>(TapCount * MaxDepth * Columns);
        using var init = new AlignedScratch<float>(Bf16Tiles.MaxRows * Columns);
        using var got = new AlignedScratch<float>(Bf16Tiles.MaxRows * Columns);
        using var want = new AlignedScratch<float>(Bf16Tiles.MaxRows * Columns);
        FillPairs(a.Span, 1);
        FillPairs(b.Span, 2);
        for (int i = 0; i < init.Count; i++)
        {
            init.Pointer[i] = (i * 37 % 1001) - 500;
        }

        float** rows = stackalloc float*[Bf16Tiles.MaxRows * TapCount];
        for (int i = 0; i < Bf16Tiles.MaxRows * TapCount; i++)
        {
            rows[i] = a.Pointer + (i * MaxDepth);
        }

        delegate*<GemmF32Tile*, void> scalar = GemmBf16TilesScalar.Table()[0];
        GemmF32Tile tile = default;
        tile.RowPitch = Bf16Tiles.MaxRows;
        tile.Min = -900f;
        tile.Max = 900f;
        for (int form = 0; form < 16; form++)
        {
            tile.Taps = form < 8 ? 1 : TapCount;
            tile.Clip = (form & 4) != 0;
            for (int vectors = 1; vectors <= Bf16Tiles.MaxVectors; vectors++)
            {
                for (int count = 1; count <= Bf16Tiles.MaxRows; count++)
                {
                    int width = 16 * vectors;
                    tile.PanelStride = width;
                    tile.Ldc = width;
                    for (int depth = 0; depth <= MaxDepth; depth++)
                    {
                        tile.Depth = depth;
                        for (int i = 0; i < count; i++)
                        {
                            for (int j = 0; j < width; j += 16)
                            {
                                Place(ref tile, rows + i, b.Pointer + j, want.Pointer + (i * width) + j, init.Pointer, (form & 1) != 0, (form & 2) != 0, i, j);
                                scalar(&tile);
                            }
                        }

                        Place(ref tile, rows, b.Pointer, got.Pointer, init.Pointer, (form & 1) != 0, (form & 2) != 0, 0, 0);
                        ((delegate* unmanaged[SuppressGCTransition]<GemmF32Tile*, void>)entries[Bf16Tiles.Index(count, vectors)])(&tile);
                        if (!got.Span[..(count * width)].SequenceEqual(want.Span[..(count * width)]))
                        {
                            return false;
                        }
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Numbers of all magnitudes but denormals, halves, infinities and NaN, which the emitted rounding must give the bits of the managed one for.</summary>
    public static bool Rounds(nint entry)
    {
        const int Count = 2 * Bf16Rounding.BlockElements;
        float* x = stackalloc float[Count];
        ushort* got = stackalloc ushort[Count];
        ushort* want = stackalloc ushort[Count];
        uint state = 3;
        for (int i = 0; i < Count; i++)
        {
            state = (state * 1664525) + 1013904223;
            uint bits = (state & 0x80000000) | ((1 + (state >> 23 & 0x7E)) << 24) | (state & 0x7FFFFF);
            x[i] = BitConverter.UInt32BitsToSingle((i & 3) switch { 0 => bits & 0xFFFF0000, 1 => (bits & 0xFFFF0000) | 0x8000, _ => bits });
        }

        x[5] = float.NaN;
        x[6] = float.PositiveInfinity;
        x[7] = float.NegativeInfinity;
        x[8] = float.MaxValue;
        x[9] = 0f;
        x[10] = -0f;
        Conversion.FloatConversion.SingleToBFloat16(x, want, Count);
        var job = new Bf16Rounding { From = x, To = got, Blocks = Count / Bf16Rounding.BlockElements };
        ((delegate* unmanaged[SuppressGCTransition]<Bf16Rounding*, void>)entry)(&job);
        return new ReadOnlySpan<ushort>(got, Count).SequenceEqual(new ReadOnlySpan<ushort>(want, Count));
    }

    private static void Place(ref GemmF32Tile tile, float** rows, float* panel, float* c, float* numbers, bool biased, bool added, int row, int column)
    {
        tile.Rows = rows;
        tile.Panel = panel;
        tile.Ahead = (byte*)panel;
        tile.C = c;
        tile.Bias = biased ? numbers + column : null;
        tile.RowBias = added ? numbers + Columns + row : null;
        tile.Init = added ? numbers + (row * Columns) + column : null;
        tile.InitStride = Columns;
    }

    // Pairs of integers from −8 to 7, exact in bf16.
    private static void FillPairs(Span<float> pairs, uint state)
    {
        foreach (ref float pair in pairs)
        {
            state = (state * 1664525) + 1013904223;
            uint low = BitConverter.SingleToUInt32Bits((int)(state >> 28) - 8);
            uint high = BitConverter.SingleToUInt32Bits((int)(state >> 20 & 15) - 8);
            pair = BitConverter.UInt32BitsToSingle(low >> 16 | high);
        }
    }
}
