namespace Inference.Images.Decoding;

/// <summary>Components to the image's size: factors of 2 with a triangle filter (3/4 nearer, 1/4 farther sample), others by repetition.</summary>
internal static class JpegUpsampling
{
    /// <summary>The component's samples [height, width].</summary>
    public static byte[] Run(JpegComponent component, int h, int v, int width, int height)
    {
        var result = new byte[width * height];
        bool smoothX = h == 2 * component.H && component.Width > 2;
        bool smoothY = v == 2 * component.V && (smoothX || h == component.H);
        for (int y = 0; y < height; y++)
        {
            int row = Math.Min(smoothY ? y / 2 : y * component.V / v, component.Height - 1);
            ReadOnlySpan<byte> near = component.Samples.AsSpan(row * component.Stride, component.Width);
            ReadOnlySpan<byte> far = near;
            if (smoothY)
            {
                int other = Math.Clamp(row + ((y & 1) == 0 ? -1 : 1), 0, component.Height - 1);
                far = component.Samples.AsSpan(other * component.Stride, component.Width);
            }

            Span<byte> target = result.AsSpan(y * width, width);
            for (int x = 0; x < width; x++)
            {
                target[x] = (byte)Sample(near, far, x, y, smoothX, smoothY, component.H, h);
            }
        }

        return result;
    }

    private static int Sample(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int x, int y, bool smoothX, bool smoothY, int own, int most)
    {
        int column = Math.Min(smoothX ? x / 2 : x * own / most, near.Length - 1);
        if (!smoothX)
        {
            return smoothY ? ((near[column] * 3) + far[column] + ((y & 1) == 0 ? 1 : 2)) >> 2 : near[column];
        }

        int beside = column + ((x & 1) == 0 ? -1 : 1);
        bool edge = beside < 0 || beside >= near.Length;
        if (!smoothY)
        {
            return edge ? near[column] : ((near[column] * 3) + near[beside] + ((x & 1) == 0 ? 1 : 2)) >> 2;
        }

        int sum = (near[column] * 3) + far[column];
        int next = edge ? sum : (near[beside] * 3) + far[beside];
        return ((sum * 3) + next + ((x & 1) == 0 ? 8 : 7)) >> 4;
    }
}
