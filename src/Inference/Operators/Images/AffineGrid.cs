using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Images;

/// <summary>grid[n, p…] = theta[n] × (p…, 1) for the positions p (x first, −1 to 1) of an image of the given size. Source: ONNX AffineGrid, opset 20.</summary>
internal sealed class AffineGrid(Node node) : Operator
{
    private readonly bool _alignCorners = node.Attributes.Int("align_corners", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? theta = context.InputShape(0);
        if (ShapeRules.Integers(context, 1) is { } size)
        {
            if (size.Length is not (4 or 5) || Array.Exists(size, s => s < 0))
            {
                throw context.Error($"size: expected N, C, (D,) H, W, got [{string.Join(",", size)}].");
            }

            if (theta is not null)
            {
                Shapes.Merge(context, theta[0], Dimension.Fixed(size[0]), "batch");
                Shapes.Merge(context, theta[1], Dimension.Fixed(size.Length - 2), "rows of theta");
                Shapes.Merge(context, theta[2], Dimension.Fixed(size.Length - 1), "columns of theta");
            }

            context.SetOutput(0, type, Shapes.Fixed([size[0], .. size.AsSpan(2), size.Length - 2]));
            return;
        }

        long rank = ShapeRules.Length(context, 1);
        if (rank is not (-1 or 4 or 5))
        {
            throw context.Error($"size: expected 4 or 5 numbers, got {rank}.");
        }

        context.SetOutput(0, type, rank < 0 ? null : ShapeRules.Unknown(context, rank));
    }

    public override void Run(KernelContext context)
    {
        var action = new Fill { Context = context, AlignCorners = _alignCorners, Theta = context.Input(0), Y = context.Output(0) };
        Dispatch.Floating(action.Y.Type, ref action);
    }

    private struct Fill : IFloatAction
    {
        public KernelContext Context;
        public bool AlignCorners;
        public Tensor Theta;
        public Tensor Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            if (Y.Count == 0)
            {
                return;
            }

            // Elements of a row of points, and of the pattern that their factors repeat.
            int axes = Y.Rank - 2;
            long width = Y.Dims[axes];
            int length = checked((int)(width * axes));
            int pattern = axes * Vector<C>.Count;
            C* positions = (C*)Context.Scratch(checked(2L * length * sizeof(C)));
            for (int i = 0; i < width; i++)
            {
                new Span<C>(positions + (i * axes), axes).Fill(Coordinate<C>(i, width));
            }

            long rows = ShapeRules.Product(Y.Dims, 1, axes);
            C* factors = stackalloc C[(axes + 1) * pattern];
            C* place = stackalloc C[axes + 1];
            var work = default(WorkCounter);
            T* y = (T*)Y.Data;
            for (long n = 0; n < Y.Dims[0]; n++)
            {
                T* theta = (T*)Theta.Data + (n * axes * (axes + 1));
                for (int i = 0; i < (axes + 1) * pattern; i++)
                {
                    factors[i] = E.Load(theta[(i % axes * (axes + 1)) + (i / pattern)]);
                }

                for (long r = 0; r < rows; r++, y += length)
                {
                    work.Add(length);
                    long rest = r;

                    // Axis 0 of a position is the innermost of the image, which the row goes along; the last factor stands alone.
                    place[axes] = C.One;
                    for (int k = 1; k < axes; k++)
                    {
                        long size = Y.Dims[axes - k];
                        place[k] = Coordinate<C>(rest % size, size);
                        rest /= size;
                    }

                    C* to = typeof(T) == typeof(C) ? (C*)y : positions + length;
                    Row(factors, place, axes, positions, to, length);
                    for (int i = 0; typeof(T) != typeof(C) && i < length; i++)
                    {
                        y[i] = E.Store(to[i]);
                    }
                }
            }
        }

        // y[i] = x[i] · factor 0 + Σ place k · factor k for k from 1 to axes; the factors of the coordinates of a point repeat.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static unsafe void Row<C>(C* factors, C* place, int axes, C* x, C* y, int length)
            where C : unmanaged, IFloatingPointIeee754<C>
        {
            int pattern = axes * Vector<C>.Count;
            for (int at = 0; at < pattern; at += Vector<C>.Count)
            {
                Vector<C> first = Vector.Load(factors + at);
                Vector<C> second = Vector.Load(factors + pattern + at) * place[1];
                Vector<C> third = Vector.Load(factors + (2 * pattern) + at) * place[2];
                Vector<C> fourth = axes > 2 ? Vector.Load(factors + (3 * pattern) + at) : default;
                for (int i = at; i <= length - Vector<C>.Count; i += pattern)
                {
                    Vector<C> sum = (Vector.Load(x + i) * first) + second + third;
                    (axes > 2 ? sum + fourth : sum).Store(y + i);
                }
            }

            // Behind the last whole vector.
            for (int i = length / Vector<C>.Count * Vector<C>.Count; i < length; i++)
            {
                C sum = x[i] * factors[i % pattern];
                for (int k = 1; k <= axes; k++)
                {
                    sum += factors[(k * pattern) + (i % pattern)] * place[k];
                }

                y[i] = sum;
            }
        }

        private readonly C Coordinate<C>(long index, long size)
            where C : unmanaged, IFloatingPointIeee754<C>
        {
            C i = C.CreateTruncating(index);
            C n = C.CreateTruncating(size);
            C two = C.One + C.One;
            return !AlignCorners ? (((two * i) + C.One) / n) - C.One : size == 1 ? C.Zero : (two * i / (n - C.One)) - C.One;
        }
    }
}
