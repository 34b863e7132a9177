using System.Numerics;
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

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            int axes = Y.Rank - 2;
            long points = ShapeRules.Product(Y.Dims, 1, Y.Rank - 1);
            T* y = (T*)Y.Data;
            Span<C> position = stackalloc C[axes + 1];
            position[axes] = C.One;
            for (long n = 0; n < Y.Dims[0] && points > 0; n++)
            {
                T* theta = (T*)Theta.Data + (n * axes * (axes + 1));
                for (long p = 0; p < points; p++)
                {
                    if ((p & 0xFFF) == 0)
                    {
                        Context.ThrowIfCancelled();
                    }

                    long rest = p;
                    for (int axis = 0; axis < axes; axis++)
                    {
                        // Axis 0 of a position is the innermost of the image.
                        long size = Y.Dims[axes - axis];
                        position[axis] = Coordinate<C>(rest % size, size);
                        rest /= size;
                    }

                    for (int row = 0; row < axes; row++)
                    {
                        C sum = C.Zero;
                        for (int k = 0; k <= axes; k++)
                        {
                            sum += E.Load(theta[(row * (axes + 1)) + k]) * position[k];
                        }

                        *y++ = E.Store(sum);
                    }
                }
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
