using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;
using Inference.Operators.Scoring;

namespace Inference.Operators.Features;

/// <summary>Each row divided by its largest element, by Σ|x| or by √Σx², in float. Source: ONNX-ML Normalizer, opset 1.</summary>
internal sealed class Normalizer : Operator
{
    private const int ElementWork = 4;

    // Elements between two looks at the clock.
    private const int PartElements = 1 << 16;

    // Rows of so few elements are worked on together, beside each other in vectors.
    private const int ShortRow = 32;

    private readonly bool _max;
    private readonly bool _squares;

    public Normalizer(Node node)
    {
        string norm = node.Attributes.String("norm", "MAX");
        if (norm is not ("MAX" or "L1" or "L2"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'norm': expected MAX, L1 or L2, got '{norm}'.");
        }

        _max = norm == "MAX";
        _squares = norm == "L2";
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Float32, context.InputShape(0));
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        float* y = (float*)context.Output(0).Data;
        if (x.Count == 0)
        {
            return;
        }

        // Along axis 1, or the only one.
        int axis = Math.Min(1, x.Rank - 1);
        long size = x.Rank == 0 ? 1 : x.Dims[axis];
        long outer = x.Rank < 2 ? 1 : x.Dims[0];
        long inner = x.Count / (size * outer);
        if (x.Type == ElementType.Float32 && inner == 1 && size <= ShortRow && outer >= RowLanes.Most / 4)
        {
            ShortRows((float*)x.Data, y, (nint)outer, (nint)size);
            return;
        }

        if (x.Type == ElementType.Float32 && inner == 1)
        {
            Rows((float*)x.Data, y, (nint)outer, (nint)size);
            return;
        }

        if (x.Type == ElementType.Float32)
        {
            LargeBlocks.Copy(x.Data, y, x.ByteCount);
        }
        else
        {
            for (long i = 0; i < x.Count; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                y[i] = FeatureRows.At<float>(x, i);
            }
        }

        long budget = 0;
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                budget -= size;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                Line(y + (o * size * inner) + i, size, inner);
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    // Contiguous rows by vectors; y is other memory than x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Rows(float* x, float* y, nint rows, nint count)
    {
        var work = default(WorkCounter);
        for (nint r = 0; r < rows; r++, x += count, y += count)
        {
            float norm = _max ? float.MinValue : 0;
            for (nint i = 0; i < count; i += PartElements)
            {
                nint part = nint.Min(PartElements, count - i);
                work.Add(1 + (part / 2));
                norm = _max ? MathF.Max(norm, ReductionRun.Run<Reducers.Max, float>(x + i, part))
                    : norm + (_squares ? ReductionRun.Run<Reducers.SumSquare, float>(x + i, part) : ReductionRun.Run<Reducers.L1, float>(x + i, part));
            }

            for (nint i = 0; i < count; i += PartElements)
            {
                nint part = nint.Min(PartElements, count - i);
                work.Add(1 + (part / 2));
                Divide(x + i, y + i, part, norm == 0 ? 1 : norm, _squares && norm != 0);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void ShortRows(float* x, float* y, nint rows, nint count)
    {
        using var block = new AlignedScratch<float>(count * RowLanes.Most);
        var work = default(WorkCounter);
        nint part;
        for (nint r = 0; r < rows; r += part)
        {
            part = nint.Min(RowLanes.Most, rows - r);
            nint width = RowLanes.Width(part);
            work.Add(width * count);
            RowLanes.Load(x + (r * count), count, part, count, block.Pointer, width);
            for (nint lane = 0; lane < width; lane += Vector<float>.Count)
            {
                Beside(block.Pointer + lane, count, width);
            }

            RowLanes.Store(block.Pointer, width, y + (r * count), count, part, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Beside(float* x, nint count, nint width)
    {
        Vector<float> norm = _max ? new(float.MinValue) : Vector<float>.Zero;
        for (nint i = 0; i < count; i++)
        {
            Vector<float> value = Vector.Load(x + (i * width));
            norm = _max ? Vector.Max(norm, value) : norm + (_squares ? value * value : Vector.Abs(value));
        }

        Vector<int> none = Vector.Equals(norm, Vector<float>.Zero);
        norm = Vector.ConditionalSelect(none, Vector<float>.One, norm);
        for (nint i = 0; i < count; i++)
        {
            Vector<float> value = Vector.Load(x + (i * width));
            Vector<float> quotient = _squares ? Vector.ConditionalSelect(none, value, Vector.CopySign(Vector.SquareRoot(value * value / norm), value)) : value / norm;
            quotient.Store(x + (i * width));
        }
    }

    // y = x/norm, or the root of x²/norm with the sign of x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Divide(float* x, float* y, nint count, float norm, bool squares)
    {
        var norms = new Vector<float>(norm);
        nint i = 0;
        while (i < count && count >= Vector<float>.Count)
        {
            // The last vector ends with the row; some results are stored again.
            i = nint.Min(i, count - Vector<float>.Count);
            Vector<float> value = Vector.Load(x + i);
            (squares ? Vector.CopySign(Vector.SquareRoot(value * value / norms), value) : value / norms).Store(y + i);
            i += Vector<float>.Count;
        }

        for (; i < count; i++)
        {
            y[i] = squares ? MathF.CopySign(MathF.Sqrt(x[i] * x[i] / norm), x[i]) : x[i] / norm;
        }
    }

    private unsafe void Line(float* y, long count, long stride)
    {
        float norm = _max ? float.MinValue : 0;
        var work = default(WorkCounter);
        for (long i = 0; i < count; i++)
        {
            work.Add(ElementWork);
            float value = y[i * stride];
            norm = _max ? MathF.Max(norm, value) : norm + (_squares ? value * value : MathF.Abs(value));
        }

        if (norm == 0)
        {
            return;
        }

        for (long i = 0; i < count; i++)
        {
            work.Add(ElementWork);
            ref float value = ref y[i * stride];
            value = _squares ? MathF.CopySign(MathF.Sqrt(value * value / norm), value) : value / norm;
        }
    }
}
