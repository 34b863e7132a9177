using System.Numerics.Tensors;
using Inference.Kernels.Convolution;
using Inference.Kernels.Gemm;
using Inference.Kernels.Normalization;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Resizing;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Transposition;
using Inference.Kernels.Trees;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Pooling;
using Inference.Operators.Recurrent;
using MaxWindows = Inference.Operators.Pooling.PlaneWindows<Inference.Operators.Reduction.Reducers.Max, Inference.Operators.Pooling.WindowMaximum, Inference.Operators.Pooling.WindowFinishes.Plain, float>;
using ReductionLoop = Inference.Operators.Reduction.ReductionLoop;

namespace Inference.Benchmarks.Thresholds;

/// <summary>Whether a job is shared: on one thread, or in four blocks for each of two threads, as the kernels cut theirs.</summary>
internal static unsafe class SharedCases
{
    private const int Threads = 2;
    private const int Blocks = WorkerPool.BlocksPerThread * Threads;

    public static readonly ThresholdCase[] All =
    [
        new("GemmF32Driver.ParallelWork (f32)", GemmF32Driver.ParallelWork, "multiply-adds", Product),
        new("GemmF32Driver.ParallelWork (int8)", GemmF32Driver.ParallelWork, "multiply-adds", QuantizedProduct),
        new("ConvolutionJob.IsParallelByChannel", GemmF32Driver.ParallelWork / 2, "multiply-adds", Depthwise),
        new("RowKernel.ParallelWork (softmax)", RowKernel.ParallelWork, "element operations", SoftmaxRows),
        new("WorkerPool.SharedBytes", WorkerPool.SharedBytes, "bytes", Transposes),
        new("PlaneWindows.ParallelWork", MaxWindows.ParallelWork, "elements of windows", Windows),
        new("ReductionLoop.ParallelElements", ReductionLoop.ParallelElements, "elements", WholePlanes),
        new("Resize2D.ParallelWork (nearest)", Resize2D.ParallelWork, "elements", Resizes),
        new("QuantizedDepthwise.ParallelWork", QuantizedDepthwise.ParallelWork, "multiply-adds", QuantizedDepthwises),
        new("TreeEnsemble.ParallelTrees", TreeEnsemble.ParallelTrees, "trees of rows", Trees) { Least = TreeEnsemble.ParallelTrees / 2 },
        new("SequenceKernel.MinParallelWork", SequenceKernel.MinParallelWork, "multiply-adds", Directions),
    ];

    private static readonly ConvolutionGeometry s_depthwise = new()
    {
        InChannels = 32, OutChannels = 32, Groups = 32, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
    };

    private static Choice Share(Action<int, int> part, int blocks, params IDisposable[] owned) => new(
        () => part(0, 1),
        () =>
        {
            var action = new Parts { Part = part, Count = blocks };
            WorkerPool.Run(blocks, ref action, Threads);
        },
        owned);

    private static (nint First, nint Count) Rows(long total, int part, int parts) => ((nint)(total * part / parts), (nint)((total * (part + 1) / parts) - (total * part / parts)));

    private static Choice Product(long work)
    {
        const int Size = 64;
        long rows = work / (Size * Size);
        var a = new Numbers(rows * Size);
        var c = new Numbers(rows * Size);
        var plain = new Numbers(Size * Size);
        var b = PackedMatrix.Create(plain.Span, Size, Size);
        return Share(Part, Blocks, a, c, plain, b);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(rows, part, parts);
            GemmF32.Run(a.F32 + (first * Size), Size, b, c.F32 + (first * Size), Size, count, default);
        }
    }

    private static Choice QuantizedProduct(long work)
    {
        const int Size = 64;
        long rows = work / (Size * Size);
        var a = new Numbers(rows * Size);
        var c = new Numbers(rows * Size);
        var plain = new Numbers(Size * Size);
        var b = QuantizedMatrix.Create(plain.Bytes, true, Size, Size, Size, []);
        return Share(Part, Blocks, a, c, plain, b);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(rows, part, parts);
            QuantizedGemm.Run(a.Bytes + (first * Size), false, Size, 3, b, c.F32 + (first * Size), Size, count, new QuantizedEpilogue { Output = QuantizedOutput.Int32 });
        }
    }

    private static Choice Depthwise(long work)
    {
        const int Side = 4;
        int image = Side * Side * s_depthwise.InChannels;
        long images = work / (image * 9);
        var x = new Numbers(images * image);
        var y = new Numbers(images * image);
        var w = new Numbers(s_depthwise.InChannels * 9);
        var convolution = ConvolutionF32.Create(in s_depthwise, w.Span, TensorLayout.Nhwc);
        return Share(Part, Blocks, x, y, w, convolution);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(images, part, parts);
            convolution.Run(x.F32 + (first * image), y.F32 + (first * image), (int)count, Side, Side, default);
        }
    }

    private static Choice QuantizedDepthwises(long work)
    {
        const int Side = 4;
        int image = Side * Side * s_depthwise.InChannels;
        long images = work / (image * 9);
        var x = new Numbers(images * image);
        var y = new Numbers(images * image);
        var w = new Numbers(s_depthwise.InChannels * 9);
        var scale = new Numbers(1);
        scale.F32[0] = 1e-3f;
        var convolution = QuantizedConvolution.Create(in s_depthwise, w.Bytes, true, []);
        return Share(Part, Blocks, x, y, w, scale, convolution);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(images, part, parts);
            var epilogue = new QuantizedEpilogue { Output = QuantizedOutput.UInt8, Scale = scale.F32 };
            convolution.Run(x.Bytes + (first * image), false, 3, y.Bytes + (first * image), TensorLayout.Nhwc, (int)count, Side, Side, in epilogue);
        }
    }

    private static Choice SoftmaxRows(long work)
    {
        const int Columns = 64;
        // Softmax counts an element as eight operations.
        long rows = work / 8 / Columns;
        var x = new Numbers(rows * Columns);
        var y = new Numbers(rows * Columns);
        return Share(Part, Blocks, x, y);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(rows, part, parts);
            Softmax.Run(x.F32 + (first * Columns), y.F32 + (first * Columns), count, Columns);
        }
    }

    private static Choice Transposes(long bytes)
    {
        const int Matrices = 8;
        const int Columns = 64;
        long rows = bytes / sizeof(float) / Matrices / Columns;
        long size = rows * Columns;
        var x = new Numbers(Matrices * size);
        var y = new Numbers(Matrices * size);
        return Share(Part, Blocks, x, y);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(Matrices, part, parts);
            for (nint i = first; i < first + count; i++)
            {
                Transpose.Run2D(x.F32 + (i * size), y.F32 + (i * size), (nint)rows, Columns, sizeof(float));
            }
        }
    }

    private static Choice Windows(long work)
    {
        const int Side = 16;
        long planes = work / (Side * Side * 4);
        var x = new Numbers(planes * 4 * Side * Side);
        var y = new Numbers(planes * Side * Side);
        return Share(Part, Blocks, x, y);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(planes, part, parts);
            WindowGrid grid = WindowGrid.Whole([2 * Side, 2 * Side]);
            for (int axis = 0; axis < 2; axis++)
            {
                grid.Kernel[axis] = grid.Stride[axis] = 2;
                grid.Output[axis] = Side;
            }

            grid.OutputCount = Side * Side;
            grid.KernelCount = 4;
            MaxWindows.Run(in grid, countPads: false, x.F32 + (first * 4 * Side * Side), y.F32 + (first * Side * Side), count, 1);
        }
    }

    private static Choice WholePlanes(long elements)
    {
        const int Plane = 64;
        long planes = elements / Plane;
        var x = new Numbers(elements);
        var y = new Numbers(planes);
        return Share(Part, Blocks, x, y);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(planes, part, parts);
            for (nint i = first; i < first + count; i++)
            {
                y.F32[i] = TensorPrimitives.Sum(new ReadOnlySpan<float>(x.F32 + (i * Plane), Plane)) / Plane;
            }
        }
    }

    private static Choice Resizes(long elements)
    {
        const int Side = 32;
        long planes = elements / (Side * Side);
        int[] positions = [.. Enumerable.Range(0, Side).Select(i => i / 2)];
        var x = new Numbers(planes * Side * Side / 4);
        var y = new Numbers(planes * Side * Side);
        return Share(Part, Blocks, x, y);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(planes, part, parts);
            Resize2D.Nearest(
                TensorLayout.Nchw, x.F32 + (first * Side * Side / 4), y.F32 + (first * Side * Side), 1, (int)count, Side / 2, Side / 2, positions, positions);
        }
    }

    // Blocks of 64 rows, as the ensemble cuts them.
    private static Choice Trees(long work)
    {
        const int Block = 64;
        const int Features = 16;
        long rows = work / TreeData.Count;
        var x = new Numbers(rows * Features);
        var y = new Numbers(rows);
        var ensemble = TreeEnsemble.Create(TreeData.Create(Features));
        return Share(Part, (int)((rows + Block - 1) / Block), x, y, ensemble);

        void Part(int part, int parts)
        {
            (nint first, nint count) = Rows(rows, part, parts);
            ensemble.Run(x.F32 + (first * Features), count, y.F32 + first);
        }
    }

    // Two directions after each other, each sharing its products, or side by side.
    private static Choice Directions(long work)
    {
        const int Hidden = 64;
        const int Batch = 4;
        int steps = (int)(work / (Batch * 4 * Hidden * 2 * Hidden));
        var x = new Numbers(steps * Batch * Hidden);
        var states = new Numbers(4 * Batch * Hidden);
        var plain = new Numbers(4 * Hidden * Hidden);
        var w = PackedMatrix.Create(plain.Span, Hidden, 4 * Hidden);
        return new(
            () =>
            {
                Direction(0, Threads);
                Direction(1, Threads);
            },
            () =>
            {
                var action = new Parts { Part = (block, _) => Direction(block, 1), Count = 2 };
                WorkerPool.Run(2, ref action, Threads);
            },
            x, states, plain, w);

        void Direction(int direction, int threads)
        {
            float* last = states.F32 + (2 * direction * Batch * Hidden);
            var arguments = new RecurrentArguments
            {
                X = x.F32, InputWeights = w, HiddenWeights = w, LastHidden = last, LastCell = last + (Batch * Hidden),
                Steps = steps, Batch = Batch, InputSize = Hidden, HiddenSize = Hidden, Reverse = direction == 1,
            };
            LstmF32.Run(in arguments, threads);
        }
    }

    private struct Parts : IBlockAction
    {
        public Action<int, int> Part;
        public int Count;

        public readonly void Invoke(int block) => Part(block, Count);
    }
}
