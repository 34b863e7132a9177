using System.Numerics;
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

    private unsafe struct Sample : INumericAction
    {
        public GridSample Op;
        public KernelContext Context;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = Context.Input(0);
            Tensor grid = Context.Input(1);
            Tensor y = Context.Output(0);
            if (y.Count == 0)
            {
                return;
            }

            int axes = x.Rank - 2;
            ReadOnlySpan<long> dims = x.Dims[2..];
            long points = ShapeRules.Product(y.Dims, 2, y.Rank);
            long area = ShapeRules.Product(x.Dims, 2, x.Rank);
            long channels = x.Dims[1];
            int perAxis = Op._mode switch { ResizeMode.Nearest => 1, ResizeMode.Linear => 2, _ => 4 };
            int taps = 1;
            for (int i = 0; i < axes; i++)
            {
                taps *= perAxis;
            }

            byte* scratch = Context.Scratch(taps * (sizeof(long) + sizeof(double)));
            var sampler = new GridPoint(Op._mode, Op._padding, Op._alignCorners, (long*)scratch, (double*)(scratch + (taps * sizeof(long))));
            Span<double> position = stackalloc double[axes];
            long budget = 0;
            for (long n = 0; n < x.Dims[0]; n++)
            {
                for (long p = 0; p < points; p++)
                {
                    budget -= taps * channels;
                    if (budget < 0)
                    {
                        Context.ThrowIfCancelled();
                        budget = KernelContext.CheckEvery;
                    }

                    long at = ((n * points) + p) * axes;
                    for (int i = 0; i < axes; i++)
                    {
                        position[axes - 1 - i] = FeatureRows.At<double>(grid, at + i);
                    }

                    int count = sampler.Find(position, dims);
                    for (long c = 0; c < channels; c++)
                    {
                        T* plane = (T*)x.Data + (((n * channels) + c) * area);
                        double sum = 0;
                        for (int k = 0; k < count; k++)
                        {
                            sum += sampler.Weights[k] * double.CreateTruncating(E.Load(plane[sampler.Offsets[k]]));
                        }

                        ((T*)y.Data)[(((n * channels) + c) * points) + p] = E.Store(C.CreateSaturating(sum));
                    }
                }
            }
        }
    }
}
