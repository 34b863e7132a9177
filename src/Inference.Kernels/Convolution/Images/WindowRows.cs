using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Memory;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Images;

/// <summary>
/// The rows of [N,H,W,C] images as windows read them: KW·C values of a row are contiguous, so a window consists of KH runs. Where a window leaves
/// its row, or the image is planar ([N,C,H,W]), rows are copied first, with zeros left and right; a copy serves all windows that read it.
/// </summary>
internal unsafe ref struct WindowRows
{
    // A panel of so many × 64 columns takes 256 KB of the second-level cache; longer runs are cut as K of a product is.
    /// <summary>Values of a window's row, or of a pixel, up to which they are one run.</summary>
    public const int MaxDepth = 1024;

    // A vector of f32, so that a pointer is looked up for a vector at least: benchmarks/results/thresholds.md.
    /// <summary>The number of channels from which a pixel is long enough to be read in place.</summary>
    public const int MinTableChannels = TileLimits.Lanes;

    private readonly ref readonly ConvolutionJob _job;
    private readonly bool _copied;
    private readonly int _slots;
    private readonly int _paddedWidth;
    private readonly float* _zeros;
    private float* _copies;
    private nint* _held;

    /// <param name="job">The run.</param>
    /// <param name="block">The maximum number of output pixels handled by one <see cref="Fill"/>.</param>
    public WindowRows(in ConvolutionJob job, int block)
    {
        _job = ref job;
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        _paddedWidth = ((job.OutWidth - 1) * g.StrideWidth) + g.KernelWidth;
        _copied = g.PadLeft != 0 || _paddedWidth > job.Width || (job.Planar && g.InChannels > 1);
        _zeros = (float*)ZeroRow.OfAtLeast((nint)_paddedWidth * g.InChannels * sizeof(float));
        // All rows that one block of pixels reads are held at once: rows are numbered through the batch, and a block is a run of
        // output rows, so their numbers modulo this count differ.
        int extent = ((g.KernelHeight - 1) * g.DilationHeight) + 1;
        int outRows = ((block + job.OutWidth - 2) / job.OutWidth) + 1;
        int images = ((block + job.OutPixels - 2) / job.OutPixels) + 1;
        _slots = (int)long.Min((long)job.Batch * job.Height, ((long)outRows * g.StrideHeight) + ((long)images * (extent + Math.Max(g.StrideHeight, job.Height - ((job.OutHeight - 1) * g.StrideHeight)))));
    }

    /// <summary>Whether windows of such a convolution are runs of pixels, few enough to be one part of K.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        g.Groups == 1 && g.Taps > 1 && g.DilationWidth == 1 && g.KernelWidth * g.InChannels <= MaxDepth
        && (g.KernelWidth > 1 || g.InChannels < MinTableChannels);

    /// <summary>Elements of scratch for copies.</summary>
    public readonly nint CopyLength => _copied ? (nint)_slots * _paddedWidth * _job.Geometry.InChannels : 0;

    /// <summary>Entries of scratch for the numbers of the rows held.</summary>
    public readonly int Slots => _copied ? _slots : 0;

    /// <summary>Takes the scratch memory; no row is held yet.</summary>
    public void Start(float* copies, nint* held)
    {
        _copies = copies;
        _held = held;
        new Span<nint>(held, Slots).Fill(-1);
    }

    /// <summary>rows[ky · pitch + i] = the KW·C values that output pixel m + i reads at kernel row ky.</summary>
    public readonly void Fill(nint m, int count, int pitch, float** rows)
    {
        ref readonly ConvolutionGeometry g = ref _job.Geometry;
        int outWidth = _job.OutWidth;
        nint image = m / _job.OutPixels;
        int rest = (int)(m % _job.OutPixels);
        int oy = rest / outWidth;
        int ox = rest % outWidth;
        nint step = (nint)g.StrideWidth * g.InChannels;
        for (int i = 0; i < count;)
        {
            int run = Math.Min(count - i, outWidth - ox);
            int iy = (oy * g.StrideHeight) - g.PadTop;
            float** to = rows + i;
            for (int ky = 0; ky < g.KernelHeight; ky++, iy += g.DilationHeight, to += pitch)
            {
                float* at = At(image, iy) + (ox * step);
                for (int j = 0; j < run; j++, at += step)
                {
                    to[j] = at;
                }
            }

            i += run;
            ox = 0;
            if (++oy == _job.OutHeight)
            {
                oy = 0;
                image++;
            }
        }
    }

    /// <summary>Row <paramref name="iy"/> of an image from its left padding on; zeros above and below the image.</summary>
    public readonly float* At(nint image, int iy) => (uint)iy < (uint)_job.Height ? Row(image, iy) : _zeros;

    private readonly float* Row(nint image, int iy)
    {
        nint number = (image * _job.Height) + iy;
        nint channels = _job.Geometry.InChannels;
        if (!_copied)
        {
            return _job.X + (number * _job.Width * channels);
        }

        nint slot = number % _slots;
        float* row = _copies + (slot * _paddedWidth * channels);
        if (_held[slot] != number)
        {
            _held[slot] = number;
            Copy(image, iy, row);
        }

        return row;
    }

    private readonly void Copy(nint image, int iy, float* row)
    {
        int channels = _job.Geometry.InChannels;
        int pad = _job.Geometry.PadLeft;
        int first = Math.Clamp(pad, 0, _paddedWidth);
        int end = Math.Clamp(_job.Width + pad, first, _paddedWidth);
        new Span<float>(row, first * channels).Clear();
        new Span<float>(row + ((nint)end * channels), (_paddedWidth - end) * channels).Clear();
        row += (nint)first * channels;
        if (_job.Planar)
        {
            nint plane = (nint)_job.Height * _job.Width;
            PlaneInterleaving.Run(_job.X + (image * channels * plane) + ((nint)iy * _job.Width) + first - pad, plane, channels, end - first, row);
        }
        else
        {
            float* from = _job.X + (((((image * _job.Height) + iy) * _job.Width) + first - pad) * channels);
            new ReadOnlySpan<float>(from, (end - first) * channels).CopyTo(new Span<float>(row, (end - first) * channels));
        }
    }
}
