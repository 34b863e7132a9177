using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>
/// y[n, c, p…] = x[n, c] at the position grid[n, p…] (innermost axis first, −1 to 1 over each axis): nearest, linear or cubic; outside there are zeros, the border, or
/// reflections. Source: ONNX GridSample, opsets 16 to 22.
/// </summary>
internal sealed class GridSample : Operator
{
    // A position is made of up to 4 elements an axis.
    private const int MaxAxes = 6;

    // Taps of the points that are found, then read from all channels: a first-level cache holds them.
    private const int BlockTaps = 1024;

    private const int PlanesAtOnce = 16;

    // A nanosecond for each.
    private const long ParallelTaps = WorkerPool.SharedNanoseconds;

    private readonly ResizeMode _mode;
    private readonly GridPadding _padding;
    private readonly bool _alignCorners;

    public GridSample(Node node)
    {
        _mode = node.Attributes.String("mode", "linear") switch
        {
            "nearest" => ResizeMode.Nearest,
            "linear" or "bilinear" => ResizeMode.Linear,
            "cubic" or "bicubic" => ResizeMode.Cubic,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected linear, nearest or cubic, got '{other}'."),
        };
        _padding = node.Attributes.String("padding_mode", "zeros") switch
        {
            "zeros" => GridPadding.Zeros,
            "border" => GridPadding.Border,
            "reflection" => GridPadding.Reflection,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'padding_mode': expected zeros, border or reflection, got '{other}'."),
        };
        _alignCorners = node.Attributes.Int("align_corners", 0) != 0;
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, 3);
        if (x?.Length - 2 > MaxAxes)
        {
            throw context.Error($"input 0: expected rank 3 to {MaxAxes + 2}, got rank {x!.Length}.");
        }

        if (x is null || Shapes.RequireRank(context, 1, x.Length) is not { } grid)
        {
            context.SetOutput(0, type, x is null ? null : ShapeRules.Unknown(context, x.Length));
            return;
        }

        if (grid[^1].IsFixed && grid[^1].Size != x.Length - 2)
        {
            throw context.Error($"grid: expected {x.Length - 2} coordinates per position, got shape {ShapeRules.Format(grid)}.");
        }

        Dimension[] points = grid[1..^1];
        if (Array.Exists(x[2..], d => d.Size == 0) && Array.TrueForAll([x[0], x[1], .. points], d => d.Size is > 0))
        {
            throw context.Error($"input 0: expected elements to sample, got {ShapeRules.Format(x)}.");
        }

        context.SetOutput(0, type, [Shapes.Merge(context, x[0], grid[0], "batch"), x[1], .. points]);
    }

    public override void Run(KernelContext context)
    {
        var action = new Sample { Op = this, Context = context };
        Dispatch.Numeric(context.Input(0).Type, ref action);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool together = context.InputAxis(0) == 0 && context.InputAxis(1) == 0;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : together ? 0 : BatchContext.Mixed);
    }

    private struct Sample : INumericAction
    {
        public GridSample Op;
        public KernelContext Context;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(float))
            {
                Run<E, T, C, float>();
            }
            else
            {
                Run<E, T, C, double>();
            }
        }

        private readonly void Run<E, T, C, W>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
            where W : unmanaged, INumber<W>
        {
            Tensor x = Context.Input(0);
            Tensor y = Context.Output(0);
            long points = ShapeRules.Product(y.Dims, 2, y.Rank);
            if (y.Count == 0)
            {
                return;
            }

            int perAxis = Op._mode switch { ResizeMode.Nearest => 1, ResizeMode.Linear => 2, _ => 4 };
            int taps = 1;
            for (int i = 2; i < x.Rank; i++)
            {
                taps *= perAxis;
            }

            int pitch = (int)Math.Min(points, Math.Max(Math.Max(1, BlockTaps / taps), (points + JobSlot.MaxBlocks - 1) / JobSlot.MaxBlocks));
            var blocks = new Blocks<E, T, C, W>(Op, Context, points, taps, pitch);
            long count = (points + pitch - 1) / pitch;
            bool parallel = y.Count * taps >= ParallelTaps;
            for (long n = 0; n < x.Dims[0]; n++)
            {
                blocks.Image = n;
                WorkerPool.Run(checked((int)count), ref blocks, parallel ? Context.Threads : 1);
            }
        }
    }

    // Some points of one image, all channels.
    private unsafe struct Blocks<E, T, C, W>(GridSample op, KernelContext context, long points, int taps, int pitch) : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
        where W : unmanaged, INumber<W>
    {
        public long Image;

        public readonly void Invoke(int block)
        {
            Tensor x = context.Input(0);
            Tensor y = context.Output(0);
            ReadOnlySpan<long> dims = x.Dims[2..];
            long area = TensorShape.Count(dims);
            long channels = x.Dims[1];
            long first = (long)block * pitch;
            int count = (int)Math.Min(pitch, points - first);
            nint bytes = SampledBlock<W>.Bytes(taps, pitch);
            using var memory = new AlignedScratch<byte>(bytes + (taps * (sizeof(long) + sizeof(double))) + (PlanesAtOnce * pitch * sizeof(W)));
            var sampled = new SampledBlock<W>(memory.Pointer, taps, pitch);
            long* own = (long*)(memory.Pointer + bytes);
            var sampler = new GridPoint(op._mode, op._padding, op._alignCorners, own, (double*)(own + taps));
            W* sums = (W*)(own + (2 * taps));
            Find(context.Input(1), first, count, dims, in sampler, ref sampled);
            var work = default(WorkCounter);
            T* planes = (T*)x.Data + (Image * channels * area);
            T* to = (T*)y.Data + (Image * channels * points) + first;
            for (long c = 0; c < channels; c += PlanesAtOnce, planes += PlanesAtOnce * area, to += PlanesAtOnce * points)
            {
                nint some = (nint)Math.Min(PlanesAtOnce, channels - c);
                work.Add(some * count * taps);
                if (typeof(T) == typeof(W))
                {
                    sampled.Sample<T, Reading<E, T, C, W>>(planes, (nint)area, some, (W*)to, (nint)points);
                    continue;
                }

                sampled.Sample<T, Reading<E, T, C, W>>(planes, (nint)area, some, sums, pitch);
                for (nint k = 0; k < some; k++)
                {
                    for (int i = 0; i < count; i++)
                    {
                        to[(k * points) + i] = E.Store(C.CreateSaturating(sums[(k * pitch) + i]));
                    }
                }
            }
        }

        private readonly void Find(Tensor grid, long first, int count, ReadOnlySpan<long> dims, in GridPoint sampler, ref SampledBlock<W> sampled)
        {
            int axes = dims.Length;
            Span<double> position = stackalloc double[MaxAxes];
            position = position[..axes];
            bool usual = axes == 2 && op._mode != ResizeMode.Cubic;
            for (int p = 0; p < count; p++)
            {
                long at = ((Image * points) + first + p) * axes;
                for (int i = 0; i < axes; i++)
                {
                    position[axes - 1 - i] = grid.Type == ElementType.Float32 ? ((float*)grid.Data)[at + i] : FeatureRows.At<double>(grid, at + i);
                }

                if (!usual || !sampler.TryInside(position, dims, ref sampled))
                {
                    int found = sampler.Find(position, dims);
                    sampled.Set(new(sampler.Offsets, found), new(sampler.Weights, found));
                }
            }
        }
    }

    private readonly struct Reading<E, T, C, W> : IReadAs<T, W>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
        where W : unmanaged, INumber<W>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static W Read(T value) => W.CreateTruncating(E.Load(value));
    }
}
