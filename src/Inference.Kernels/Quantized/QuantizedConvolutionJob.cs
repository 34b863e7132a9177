using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Quantized.Tiles;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Quantized;

/// <summary>One group of a quantized convolution; shared read-only by the threads that run its blocks of pixels.</summary>
internal unsafe struct QuantizedConvolutionJob
{
    public bool SignedX;

    /// <summary>The zero point of the image as used by tiles.</summary>
    public int ZeroPoint;

    /// <summary>A pixel of padding, as the image is given.</summary>
    public byte* Padding;

    private readonly ConvolutionGeometry _g;
    private readonly PaddedImage _image;
    private readonly WindowRuns _runs;
    private readonly int _outHeight;
    private readonly int _outWidth;
    private readonly nint _pixels;
    private byte* _x;
    private byte* _y;
    private QuantizedEpilogue _epilogue;
    private byte* _panels;
    private int* _columnSums;
    private int* _columnZeroPoints;
    private nint _steps;
    private int _kernel;
    private int _blocks;

    public QuantizedConvolutionJob(
        in ConvolutionGeometry g, in PaddedImage image, in WindowRuns runs, byte* x, byte* y, in QuantizedEpilogue epilogue)
    {
        _g = g;
        _image = image;
        _runs = runs;
        _x = x;
        _y = y;
        _outHeight = g.OutputHeight(image.Height);
        _outWidth = g.OutputWidth(image.Width);
        _pixels = (nint)image.Batch * _outHeight * _outWidth;
        _epilogue = epilogue;
    }

    public void Select(QuantizedMatrix matrix, int blocks)
    {
        _panels = matrix.Data;
        _columnSums = matrix.ColumnSums;
        _columnZeroPoints = matrix.HasZeroPoints ? matrix.ZeroPoints : null;
        _steps = matrix.Steps;
        _kernel = Array.IndexOf(GemmS32Kernels.All, matrix.Kernel);
        _blocks = blocks;
    }

    public void NextGroup()
    {
        int channels = _g.GroupOutChannels;
        int size = _epilogue.Output is QuantizedOutput.Int8 or QuantizedOutput.UInt8 ? 1 : 4;
        _x += _g.GroupInChannels * (_runs.InPlace ? 4 / _image.ValuesPerStep : 1);
        _y += channels * size;
        _epilogue.Bias += _epilogue.Bias == null ? 0 : channels;
        _epilogue.Scale += _epilogue.ScalePerColumn ? channels : 0;
        _epilogue.FloatBias += _epilogue.FloatBias == null ? 0 : channels;
    }

    public static void RunBlock(void* state, int block)
    {
        ref readonly QuantizedConvolutionJob job = ref *(QuantizedConvolutionJob*)state;
        job.Run(job._pixels * block / job._blocks, job._pixels * (block + 1) / job._blocks);
    }

    private readonly void Run(nint first, nint end)
    {
        GemmS32Kernel kernel = GemmS32Kernels.All[_kernel];
        nint rowBytes = _steps * 4;
        int columns = _g.GroupOutChannels;
        int stored = (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        using var table = new AlignedScratch<nint>(TileLimits.RowBlock * Math.Max(_runs.Count, _runs.InPlace ? 0 : _g.Taps));
        using var windows = new AlignedScratch<byte>(_runs.InPlace ? 0 : TileLimits.RowBlock * rowBytes);
        using var window = new AlignedScratch<byte>(_runs.InPlace ? 0 : rowBytes);
        using var accumulators = new AlignedScratch<int>(TileLimits.RowBlock * TileLimits.PanelColumns);
        using var init = new AlignedScratch<int>(stored);
        QuantizedGemmDriver.FillInit(in _epilogue, _columnSums, 0, columns, stored, ZeroPoint, init.Pointer);
        byte** rows = (byte**)table.Pointer;
        int* sums = stackalloc int[TileLimits.RowBlock];
        for (nint m = first; m < end; m += TileLimits.RowBlock)
        {
            int count = (int)nint.Min(TileLimits.RowBlock, end - m);
            KernelAssert.AtMost(count, TileLimits.RowBlock);
            if (_runs.InPlace)
            {
                PointRows(m, count, rows);
            }
            else
            {
                PixelTable.Fill(in _g, _x, 1, _image.Height, _image.Width, _outHeight, _outWidth, m, count, TileLimits.RowBlock, Padding, rows);
                CopyWindows(kernel, rows, count, rowBytes, window.Pointer, windows.Pointer, sums);
            }

            for (int n0 = 0; n0 < columns; n0 += kernel.PanelColumns)
            {
                RunPanel(kernel, rows, m, count, n0, Math.Min(kernel.PanelColumns, columns - n0), sums, init.Pointer + n0, accumulators.Pointer);
            }

            MapRows(m, count);
        }
    }

    // rows[run · TileLimits.RowBlock + i] = where the run of output pixel m + i starts in the padded image.
    private readonly void PointRows(nint m, int count, byte** rows)
    {
        int rest = (int)(m % (_outHeight * _outWidth));
        nint image = m / (_outHeight * _outWidth);
        int oy = rest / _outWidth;
        int ox = rest % _outWidth;
        nint rowBytes = _image.RowBytes;
        nint step = _g.StrideWidth * _image.PixelBytes;
        for (int i = 0; i < count;)
        {
            byte* at = _x + (((image * _image.PaddedHeight) + ((nint)oy * _g.StrideHeight)) * rowBytes) + (ox * step);
            for (int end = Math.Min(count, i + _outWidth - ox); i < end; i++, at += step)
            {
                rows[i] = at;
            }

            ox = 0;
            if (++oy == _outHeight)
            {
                oy = 0;
                image++;
            }
        }

        bool whole = _runs.Count == _g.KernelHeight && _runs.Count != _g.Taps;
        for (int run = 1; run < _runs.Count; run++)
        {
            nint offset = whole ? run * _g.DilationHeight * rowBytes
                : (run / _g.KernelWidth * _g.DilationHeight * rowBytes) + (run % _g.KernelWidth * _g.DilationWidth * _image.PixelBytes);
            byte** to = rows + (run * TileLimits.RowBlock);
            for (int i = 0; i < count; i++)
            {
                to[i] = rows[i] + offset;
            }
        }
    }

    private readonly void MapRows(nint m, int count)
    {
        if (_epilogue.Table == null)
        {
            return;
        }

        if (_g.Groups == 1)
        {
            byte* at = _y + (m * _g.OutChannels);
            ByteTable.Run(at, at, (nint)count * _g.OutChannels, _epilogue.Table);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            byte* at = _y + ((m + i) * _g.OutChannels);
            ByteTable.Run(at, at, _g.GroupOutChannels, _epilogue.Table);
        }
    }

    // rows[i] becomes the copied window, in the form that the tile reads.
    private readonly void CopyWindows(
        GemmS32Kernel kernel, byte** rows, int count, nint rowBytes, byte* window, byte* windows, int* sums)
    {
        int channels = _g.GroupInChannels;
        nint depth = (nint)_g.Taps * channels;
        bool direct = kernel.ValuesPerStep == 4 && !SignedX;
        bool sideBySide = _g.Groups == 1 && _g.DilationWidth == 1;
        for (int i = 0; i < count; i++)
        {
            byte* start = direct ? windows + (i * rowBytes) : window;
            byte* to = start;
            for (int tap = 0; tap < _g.Taps;)
            {
                byte* from = rows[(tap * TileLimits.RowBlock) + i];
                int run = 1;
                if (sideBySide)
                {
                    // The pixels of one kernel row lie side by side in the image unless some are padding.
                    while (run < _g.KernelWidth && (tap + run) % _g.KernelWidth != 0 && rows[((tap + run) * TileLimits.RowBlock) + i] == from + (run * channels))
                    {
                        run++;
                    }
                }

                Copy(from, to, run * channels);
                to += run * channels;
                tap += run;
            }

            if (direct)
            {
                for (nint k = depth; k < rowBytes; k++)
                {
                    start[k] = 0;
                }
            }
            else
            {
                RowForms.Convert(window, SignedX, depth, windows + (i * rowBytes), rowBytes, kernel.ValuesPerStep);
            }

            sums[i] = _columnZeroPoints == null ? 0 : RowForms.Sum(start, SignedX, depth);
        }

        for (int i = 0; i < count; i++)
        {
            rows[i] = windows + (i * rowBytes);
        }
    }

    // Runs are a few bytes: a call to a block copy would cost more than the copy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* from, byte* to, int count)
    {
        int k = 0;
        for (; k + 8 <= count; k += 8)
        {
            *(ulong*)(to + k) = *(ulong*)(from + k);
        }

        for (; k < count; k++)
        {
            to[k] = from[k];
        }
    }

    private readonly void RunPanel(
        GemmS32Kernel kernel, byte** rows, nint m, int count, int n0, int columns, int* sums, int* init, int* accumulators)
    {
        int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
        int width = vectors * kernel.Lanes;
        GemmS32Tile tile = default;
        tile.RowPitchBytes = TileLimits.RowBlock * sizeof(byte*);
        tile.LdcBytes = width * sizeof(int);
        byte* panel = _panels + (n0 * _steps * 4);
        nint runBytes = _runs.InPlace ? _runs.Stored * (4 / kernel.ValuesPerStep) : _steps * 4;
        nint pieces = ((_runs.Count * runBytes) + QuantizedGemmDriver.DepthBytes - 1) / QuantizedGemmDriver.DepthBytes;
        int atOnce = Math.Max(1, (int)((_runs.Count + pieces - 1) / pieces));
        atOnce = atOnce * runBytes > 2 * QuantizedGemmDriver.DepthBytes ? 1 : atOnce;
        // A long run is cut into even parts of whole steps.
        nint parts = atOnce > 1 ? 1 : (runBytes + QuantizedGemmDriver.DepthBytes - 1) / QuantizedGemmDriver.DepthBytes;
        nint chunk = (((runBytes / 4) + parts - 1) / parts) * 4;
        byte** moved = stackalloc byte*[TileLimits.RowBlock];
        bool first = true;
        for (int run = 0; run < _runs.Count; run += atOnce)
        {
            for (nint k = 0; k < runBytes; k += chunk)
            {
                byte** from = rows + (run * TileLimits.RowBlock);
                if (k > 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        moved[i] = from[i] + k;
                    }

                    from = moved;
                }

                tile.Taps = Math.Min(atOnce, _runs.Count - run);
                tile.DepthBytes = nint.Min(chunk, runBytes - k);
                tile.Panel = panel + (((run * runBytes) + k) * width);
                QuantizedGemmDriver.RunTiles(kernel, ref tile, from, count, vectors, accumulators, first ? init : null);
                first = false;
            }
        }

        if (_columnZeroPoints != null)
        {
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    accumulators[(i * width) + j] -= _columnZeroPoints[n0 + j] * sums[i];
                }
            }
        }

        QuantizedStore.Run(in _epilogue, accumulators, width, _y, _g.OutChannels, m, count, n0, columns);
    }
}
