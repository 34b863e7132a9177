namespace Inference.Images.Decoding;

/// <summary>The accurate integer inverse cosine transform of 8 × 8 blocks (Loeffler, Ligtenberg, Moschytz; 13-bit constants), as common decoders round it.</summary>
internal static class JpegTransform
{
    private const int Bits = 13;
    private const int PassBits = 2;

    public static void Block(ReadOnlySpan<short> coefficients, ReadOnlySpan<ushort> table, Span<byte> target, int stride)
    {
        Span<int> work = stackalloc int[64];
        Span<int> line = stackalloc int[8];
        for (int x = 0; x < 8; x++)
        {
            for (int k = 0; k < 8; k++)
            {
                line[k] = coefficients[(k * 8) + x] * table[(k * 8) + x];
            }

            Line(line, Bits - PassBits);
            for (int k = 0; k < 8; k++)
            {
                work[(k * 8) + x] = line[k];
            }
        }

        for (int y = 0; y < 8; y++)
        {
            work.Slice(y * 8, 8).CopyTo(line);
            Line(line, Bits + PassBits + 3);
            for (int x = 0; x < 8; x++)
            {
                target[(y * stride) + x] = (byte)Math.Clamp(line[x] + 128, 0, 255);
            }
        }
    }

    private static void Line(Span<int> v, int shift)
    {
        unchecked
        {
            int even = (v[2] + v[6]) * 4433;
            int t2 = even - (v[6] * 15137);
            int t3 = even + (v[2] * 6270);
            int t0 = (v[0] + v[4]) << Bits;
            int t1 = (v[0] - v[4]) << Bits;
            (int a, int d, int b, int c) = (t0 + t3, t0 - t3, t1 + t2, t1 - t2);
            (int o0, int o1, int o2, int o3) = (v[7], v[5], v[3], v[1]);
            int z5 = (o0 + o2 + o1 + o3) * 9633;
            int z1 = (o0 + o3) * -7373;
            int z2 = (o1 + o2) * -20995;
            int z3 = ((o0 + o2) * -16069) + z5;
            int z4 = ((o1 + o3) * -3196) + z5;
            o0 = (o0 * 2446) + z1 + z3;
            o1 = (o1 * 16819) + z2 + z4;
            o2 = (o2 * 25172) + z2 + z3;
            o3 = (o3 * 12299) + z1 + z4;
            int half = 1 << (shift - 1);
            (v[0], v[7]) = ((a + o3 + half) >> shift, (a - o3 + half) >> shift);
            (v[1], v[6]) = ((b + o2 + half) >> shift, (b - o2 + half) >> shift);
            (v[2], v[5]) = ((c + o1 + half) >> shift, (c - o1 + half) >> shift);
            (v[3], v[4]) = ((d + o0 + half) >> shift, (d - o0 + half) >> shift);
        }
    }
}
