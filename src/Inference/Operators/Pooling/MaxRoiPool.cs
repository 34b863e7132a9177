using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Pooling;

/// <summary>The largest element of each bin of regions of X[N, C, H, W]; rois [R, 5] (batch, x1, y1, x2, y2), corners included → [R, C, ph, pw]. Source: ONNX MaxRoiPool, opsets 1 and 22.</summary>
internal sealed unsafe class MaxRoiPool : FloatOperator
{
    // Beyond every axis, and still exact in double and long when sizes are added.
    private const double FarAway = 1L << 48;

    private readonly long[] _shape;
    private readonly float _scale;

    public MaxRoiPool(Node node)
    {
        _shape = node.Attributes.Ints("pooled_shape") ?? [];
        _scale = node.Attributes.Float("spatial_scale", 1f);
        if (_shape is not [> 0, > 0])
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'pooled_shape': expected two positive sizes, got [{string.Join(",", _shape)}].");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        Dimension[]? rois = context.InputShape(1);
        context.SetOutput(0, type, [rois?[0] ?? Dimension.Unknown, x?[1] ?? Dimension.Unknown, Dimension.Fixed(_shape[0]), Dimension.Fixed(_shape[1])]);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor rois = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        C* target = (C*)y.Data;
        long height = x.Dims[2];
        long width = x.Dims[3];
        for (long r = 0; r < rois.Dims[0]; r++)
        {
            C* roi = (C*)rois.Data + r * 5;
            long n = long.CreateSaturating(roi[0]);
            if ((ulong)n >= (ulong)x.Dims[0])
            {
                throw context.Error($"input 1: expected batch indices in [0, {x.Dims[0] - 1}], got {n}.");
            }

            long left = Corner(roi[1]);
            long top = Corner(roi[2]);
            double binW = (double)Math.Max(1, Corner(roi[3]) - left + 1) / _shape[1];
            double binH = (double)Math.Max(1, Corner(roi[4]) - top + 1) / _shape[0];
            for (long c = 0; c < x.Dims[1]; c++)
            {
                C* plane = (C*)x.Data + (n * x.Dims[1] + c) * height * width;
                for (long by = 0; by < _shape[0]; by++)
                {
                    context.ThrowIfCancelled();
                    long y0 = Math.Clamp((long)Math.Floor(by * binH) + top, 0, height);
                    long y1 = Math.Clamp((long)Math.Ceiling((by + 1) * binH) + top, 0, height);
                    for (long bx = 0; bx < _shape[1]; bx++)
                    {
                        long x0 = Math.Clamp((long)Math.Floor(bx * binW) + left, 0, width);
                        long x1 = Math.Clamp((long)Math.Ceiling((bx + 1) * binW) + left, 0, width);
                        *target++ = Largest(plane, width, y0, y1, x0, x1);
                    }
                }
            }
        }
    }

    // Bounded, so that differences and sums of corners stay exact: no image is that large.
    private long Corner<C>(C coordinate)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        double corner = Math.Round(double.CreateTruncating(coordinate * C.CreateTruncating(_scale)), MidpointRounding.AwayFromZero);
        return double.IsNaN(corner) ? 0 : (long)Math.Clamp(corner, -FarAway, FarAway);
    }

    private static C Largest<C>(C* plane, long width, long y0, long y1, long x0, long x1)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (y1 <= y0 || x1 <= x0)
        {
            return C.Zero;
        }

        C best = plane[y0 * width + x0];
        for (long y = y0; y < y1; y++)
        {
            for (long x = x0; x < x1; x++)
            {
                C value = plane[y * width + x];
                best = value > best ? value : best;
            }
        }

        return best;
    }
}
