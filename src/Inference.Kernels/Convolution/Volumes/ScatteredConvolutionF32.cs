using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Volumes;

/// <summary>
/// The transposed convolution of <see cref="TransposedConvolutionF32"/>, the other way: each input place is multiplied by the whole kernel in one product, and the results are added to the outputs.
/// Better where windows do not overlap, and where the outputs are many more than the inputs: then most kernel positions of an output would meet padding.
/// Immutable; any number of threads may run it.
/// </summary>
internal sealed unsafe class ScatteredConvolutionF32 : IDisposable
{
    // Elements of results between product and addition: 256 KB, a part of the second-level cache.
    private const int BlockElements = 1 << 16;

    private readonly ConvolutionGeometry _plane;
    private readonly DepthAxis _depth;

    // For each group [C/groups, KD·KH·KW·O/groups].
    private readonly PackedMatrix[] _weights;

    private ScatteredConvolutionF32(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        _plane = plane;
        _depth = depth;
        int filters = plane.GroupOutChannels;
        int taps = depth.Kernel * plane.Taps;
        int columns = taps * filters;
        var matrix = new float[plane.GroupInChannels * columns];
        _weights = new PackedMatrix[plane.Groups];
        for (int group = 0; group < plane.Groups; group++)
        {
            ReadOnlySpan<float> from = weights[(group * matrix.Length)..];
            for (int i = 0; i < matrix.Length; i++)
            {
                // [C, O, taps] as [C, taps, O].
                int rest = i % columns;
                matrix[(i - rest) + (rest % taps * filters) + (rest / taps)] = from[i];
            }

            _weights[group] = PackedMatrix.Create(matrix, plane.GroupInChannels, columns);
        }
    }

    /// <summary>Whether it is the better way for such a kernel and an input of so many places.</summary>
    public static bool Suits(in ConvolutionGeometry plane, DepthAxis depth, nint inputs, nint outputs)
    {
        bool apart = depth.Kernel <= depth.Stride && plane.KernelHeight <= plane.StrideHeight && plane.KernelWidth <= plane.StrideWidth
            && depth.Dilation == 1 && plane.DilationHeight == 1 && plane.DilationWidth == 1;
        return apart || outputs > 2 * inputs * depth.Stride * plane.StrideHeight * plane.StrideWidth;
    }

    /// <summary>Packs the weights; see <see cref="TransposedConvolutionF32.Create"/>.</summary>
    public static ScatteredConvolutionF32 Create(in ConvolutionGeometry plane, DepthAxis depth, ReadOnlySpan<float> weights)
    {
        plane.Validate();
        long needed = (long)plane.InChannels * plane.GroupOutChannels * depth.Kernel * plane.Taps;
        if (weights.Length < needed)
        {
            throw new ArgumentException($"Weights: expected {needed} elements, got {weights.Length}. Pass all of [C,O/groups,KD,KH,KW].", nameof(weights));
        }

        return new(in plane, depth, weights);
    }

    /// <summary>Runs it; see <see cref="TransposedConvolutionF32.Run"/>.</summary>
    public void Run(float* x, float* y, int batch, VolumeSize from, VolumeSize to, float* bias, int maxThreads = 1)
    {
        nint inSize = from.Count * _plane.InChannels;
        nint outSize = to.Count * _plane.OutChannels;
        KernelAssert.Run(x, batch * inSize);
        KernelAssert.Run(y, batch * outSize);
        int columns = (int)_weights[0].Columns;
        nint rows = nint.Clamp(BlockElements / columns, 1, from.Count);
        using var input = new AlignedScratch<float>(inSize);
        using var output = new AlignedScratch<float>(outSize);
        using var block = new AlignedScratch<float>(rows * columns);
        var work = default(WorkCounter);
        for (int n = 0; n < batch; n++)
        {
            Transpose.Run(x + (n * inSize), input.Pointer, [_plane.InChannels, from.Count], [1, 0], sizeof(float), maxThreads);
            BiasRows.Fill(output.Pointer, to.Count, _plane.OutChannels, bias);
            for (int group = 0; group < _plane.Groups; group++)
            {
                for (nint first = 0; first < from.Count; first += rows)
                {
                    nint count = nint.Min(rows, from.Count - first);
                    GemmF32.Run(input.Pointer + (first * _plane.InChannels) + (group * _plane.GroupInChannels), _plane.InChannels, _weights[group], block.Pointer, columns, count, default, maxThreads);
                    for (nint i = 0; i < count; i++)
                    {
                        work.Add(columns);
                        Add(block.Pointer + (i * columns), output.Pointer + (group * _plane.GroupOutChannels), first + i, from, to);
                    }
                }
            }

            Transpose.Run(output.Pointer, y + (n * outSize), [to.Count, _plane.OutChannels], [1, 0], sizeof(float), maxThreads);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the weights. No call may use it any more.</summary>
    public void Dispose() => Array.ForEach(_weights, w => w.Dispose());

    // The results of one input place, [KD, KH, KW, O/groups], to the outputs that they belong to.
    private void Add(float* results, float* y, nint place, VolumeSize from, VolumeSize to)
    {
        int filters = _plane.GroupOutChannels;
        int column = (int)(place % from.Width);
        int row = (int)(place / from.Width % from.Height);
        int x0 = (column * _plane.StrideWidth) - _plane.PadLeft;
        // Kernel positions whose output is inside; side by side in the output if nothing lies between them.
        int first = x0 >= 0 ? 0 : (-x0 + _plane.DilationWidth - 1) / _plane.DilationWidth;
        int end = Math.Min(_plane.KernelWidth, to.Width <= x0 ? 0 : ((to.Width - x0 - 1) / _plane.DilationWidth) + 1);
        bool run = _plane.DilationWidth == 1 && _plane.Groups == 1;
        for (int i = 0; i < _depth.Kernel && end > first; i++)
        {
            long plane = ((place / from.Width / from.Height) * (long)_depth.Stride) - _depth.Before + ((long)i * _depth.Dilation);
            for (int j = 0; j < _plane.KernelHeight && (ulong)plane < (ulong)to.Depth; j++)
            {
                long line = ((long)row * _plane.StrideHeight) - _plane.PadTop + ((long)j * _plane.DilationHeight);
                if ((ulong)line >= (ulong)to.Height)
                {
                    continue;
                }

                float* source = results + ((((nint)i * _plane.KernelHeight) + j) * _plane.KernelWidth * filters);
                float* target = y + ((nint)(((plane * to.Height) + line) * to.Width) * _plane.OutChannels);
                if (run)
                {
                    float* at = target + ((nint)(x0 + first) * filters);
                    Binary.Run(BinaryKind.Add, at, source + (first * filters), at, (end - first) * filters);
                    continue;
                }

                for (int k = first; k < end; k++)
                {
                    float* at = target + ((nint)(x0 + (k * _plane.DilationWidth)) * _plane.OutChannels);
                    Binary.Run(BinaryKind.Add, at, source + (k * filters), at, filters);
                }
            }
        }
    }
}
