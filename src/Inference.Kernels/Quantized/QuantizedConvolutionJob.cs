using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Quantized;

/// <summary>One group of a quantized convolution; shared read-only by the threads that run its blocks of pixels.</summary>
internal unsafe struct QuantizedConvolutionJob
{
    private const int PixelBlock = 48;
    private const int MaxPanel = 64;

    public bool SignedX;
    public int ZeroPoint;
    public byte* Padding;

    /// <summary>Whether tiles read the image through a table of pointers; else windows are copied.</summary>
    public bool Table;

    private readonly ConvolutionGeometry _g;
    private readonly int _height;
    private readonly int _width;
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
        in ConvolutionGeometry g, byte* x, byte* y, int batch, int height, int width, in QuantizedEpilogue epilogue)
    {
        _g = g;
        _x = x;
        _y = y;
        _height = height;
        _width = width;
        _outHeight = g.OutputHeight(height);
        _outWidth = g.OutputWidth(width);
        _pixels = (nint)batch * _outHeight * _outWidth;
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
        _x += _g.GroupInChannels;
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
        using var table = new AlignedScratch<nint>(PixelBlock * _g.Taps);
        using var windows = new AlignedScratch<byte>(Table ? 0 : PixelBlock * rowBytes);
        using var window = new AlignedScratch<byte>(Table ? 0 : rowBytes);
        using var accumulators = new AlignedScratch<int>(PixelBlock * MaxPanel);
        byte** rows = (byte**)table.Pointer;
        int* sums = stackalloc int[PixelBlock];
        for (nint m = first; m < end; m += PixelBlock)
        {
            int count = (int)nint.Min(PixelBlock, end - m);
            PixelTable.Fill(in _g, _x, 1, _height, _width, _outHeight, _outWidth, m, count, PixelBlock, Padding, rows);
            if (!Table)
            {
                CopyWindows(kernel, rows, count, rowBytes, window.Pointer, windows.Pointer, sums);
            }

            int groupColumns = _g.GroupOutChannels;
            for (int n0 = 0; n0 < groupColumns; n0 += kernel.PanelColumns)
            {
                int columns = Math.Min(kernel.PanelColumns, groupColumns - n0);
                RunPanel(kernel, rows, m, count, n0, columns, sums, accumulators.Pointer);
            }

            MapRows(m, count);
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
                byte* from = rows[(tap * PixelBlock) + i];
                int run = 1;
                if (sideBySide)
                {
                    // The pixels of one kernel row lie side by side in the image unless some are padding.
                    while (run < _g.KernelWidth && (tap + run) % _g.KernelWidth != 0 && rows[((tap + run) * PixelBlock) + i] == from + (run * channels))
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

    private readonly void RunPanel(GemmS32Kernel kernel, byte** rows, nint m, int count, int n0, int columns, int* sums, int* accumulators)
    {
        int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
        int width = vectors * kernel.Lanes;
        int* init = stackalloc int[MaxPanel];
        QuantizedGemmDriver.FillInit(in _epilogue, _columnSums, n0, columns, width, ZeroPoint, init);
        GemmS32Tile tile = default;
        tile.RowPitchBytes = PixelBlock * sizeof(byte*);
        tile.LdcBytes = width * sizeof(int);
        byte* panel = _panels + (n0 * _steps * 4);
        nint tapBytes = Table ? _g.GroupInChannels : _steps * 4;
        int taps = Table ? _g.Taps : 1;
        int tapsAtOnce = (int)nint.Clamp(QuantizedGemmDriver.DepthBytes / tapBytes, 1, taps);
        nint chunk = tapsAtOnce > 1 ? tapBytes : nint.Min(tapBytes, QuantizedGemmDriver.DepthBytes);
        byte** moved = stackalloc byte*[PixelBlock];
        bool first = true;
        for (int tap = 0; tap < taps; tap += tapsAtOnce)
        {
            for (nint k = 0; k < tapBytes; k += chunk)
            {
                byte** from = rows + (tap * PixelBlock);
                if (k > 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        moved[i] = from[i] + k;
                    }

                    from = moved;
                }

                tile.Taps = Math.Min(tapsAtOnce, taps - tap);
                tile.DepthBytes = nint.Min(chunk, tapBytes - k);
                tile.Panel = panel + (((tap * tapBytes) + k) * width);
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
