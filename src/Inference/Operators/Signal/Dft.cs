using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Signal;

/// <summary>
/// Discrete Fourier transform along one axis of x [..., 1] (real) or [..., 2] (complex). onesided gives bins 0 to N/2 of a real signal; with inverse it takes those bins
/// and gives the real signal. Source: ONNX DFT, opsets 17 and 20.
/// </summary>
internal sealed class Dft(Node node) : Operator
{
    private readonly bool _inverse = node.Attributes.Int("inverse", 0) != 0;
    private readonly bool _oneSided = node.Attributes.Int("onesided", 0) != 0;
    private readonly long? _axis = node.Opset < 20 ? node.Attributes.Int("axis", 1) : null;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? shape = Shapes.RequireRankAtLeast(context, 0, 2);
        if (shape is null)
        {
            context.SetOutput(0, type, null);
            return;
        }

        if (shape[^1].Size is not (null or 1 or 2))
        {
            throw context.Error($"input 0: expected 1 or 2 numbers per element (the last axis), got {shape[^1]}.");
        }

        bool toReal = _inverse && _oneSided;
        if (!_inverse && _oneSided && shape[^1].Size == 2)
        {
            throw context.Error("input 0: expected a real signal because onesided is set, got a complex one.");
        }

        var result = (Dimension[])shape.Clone();
        result[^1] = Dimension.Fixed(toReal ? 1 : 2);
        long? axis = _axis ?? (context.HasInput(2) ? (context.InputConstant(2) is { Count: 1 } given ? Integers.At(given, 0) : null) : -2);
        long[]? length = ShapeRules.Integers(context, 1);
        if (length is [] or [< 1 or > FourierPlan.MaxLength])
        {
            throw context.Error($"dft_length: expected a number in [1, {FourierPlan.MaxLength}], got [{string.Join(",", length)}].");
        }

        if (axis is { } known)
        {
            int at = Shapes.Axis(context, known, shape.Length);
            if (at == shape.Length - 1)
            {
                throw context.Error($"axis: expected an axis before the last, got {known}.");
            }

            long? count = length is not null ? length[0] : context.HasInput(1) ? null : toReal && shape[at].Size is { } bins and < long.MaxValue / 2 ? 2 * (bins - 1) : shape[at].Size;
            if (count is < 1 or > FourierPlan.MaxLength)
            {
                throw context.Error($"input 0: expected a transform of 1 to {FourierPlan.MaxLength} elements along axis {known}, got {count} for [{string.Join(",", shape)}].");
            }

            result[at] = count is null ? (_oneSided || context.HasInput(1) ? Dimension.Unknown : shape[at])
                : Dimension.Fixed(_oneSided && !_inverse ? (count.Value / 2) + 1 : count.Value);
        }
        else
        {
            for (int i = 0; i < result.Length - 1; i++)
            {
                result[i] = Dimension.Unknown;
            }
        }

        context.SetOutput(0, type, result);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        long axis = _axis ?? (context.OptionalInput(2) is { } given ? Integers.At(given, 0) : -2);
        var action = new Lines { Context = context, X = x, Y = context.Output(0), Axis = Shapes.Axis(axis, x.Rank), Inverse = _inverse, OneSided = _oneSided };
        Dispatch.Floating(x.Type, ref action);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        long? axis = _axis ?? (context.Node.HasInput(2) ? (context.InputConstant(2) is { Count: 1 } given ? Integers.At(given, 0) : null) : -2);
        bool apart = own >= 0 && axis is { } known && context.InputShape(0) is { } shape && own < shape.Length - 1 && Shapes.Axis(known, shape.Length) != own && context.InputAxis(1) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : apart ? own : BatchContext.Mixed);
    }

    private struct Lines : IFloatAction
    {
        public KernelContext Context;
        public Tensor X;
        public Tensor Y;
        public int Axis;
        public bool Inverse;
        public bool OneSided;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            int parts = (int)X.Dims[^1];
            int outParts = (int)Y.Dims[^1];
            long size = X.Dims[Axis];
            long resultSize = Y.Dims[Axis];
            long inner = ShapeRules.Product(X.Dims, Axis + 1, X.Rank - 1);
            long outer = ShapeRules.Product(X.Dims, 0, Axis);
            long length = Context.OptionalInput(1) is { Count: > 0 } given ? Integers.At(given, 0) : Inverse && OneSided ? resultSize : size;
            if (Y.Count == 0)
            {
                return;
            }

            if (length is < 1 or > FourierPlan.MaxLength || resultSize > length)
            {
                throw Context.Error($"dft_length: expected a number in [1, {FourierPlan.MaxLength}], got {length} for an output {Y}.");
            }

            double* scratch = (double*)Context.Scratch(((2 * length) + FourierPlan.MemoryLength((int)length)) * sizeof(double));
            var real = new Span<double>(scratch, (int)length);
            var imaginary = new Span<double>(scratch + length, (int)length);
            var plan = new FourierPlan(Context, (int)length, scratch + (2 * length));
            double scale = Inverse ? 1.0 / length : 1;
            var counter = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < inner; i++)
                {
                    Context.ThrowIfCancelled();
                    T* x = (T*)X.Data + (((o * size * inner) + i) * parts);
                    FourierPlan.Clear(real);
                    FourierPlan.Clear(imaginary);
                    for (int n = 0; n < Math.Min(size, length); n++)
                    {
                        counter.Add(3);
                        T* element = x + (n * inner * parts);
                        real[n] = double.CreateTruncating(E.Load(element[0]));
                        imaginary[n] = parts == 2 ? double.CreateTruncating(E.Load(element[1])) : 0;
                    }

                    if (Inverse && OneSided)
                    {
                        Mirror(real, imaginary, Math.Min(size, length));
                    }

                    plan.Transform(real, imaginary, Inverse);
                    T* y = (T*)Y.Data + (((o * resultSize * inner) + i) * outParts);
                    for (int k = 0; k < resultSize; k++)
                    {
                        counter.Add(3);
                        T* element = y + (k * inner * outParts);
                        element[0] = E.Store(C.CreateTruncating(real[k] * scale));
                        if (outParts == 2)
                        {
                            element[1] = E.Store(C.CreateTruncating(imaginary[k] * scale));
                        }
                    }
                }
            }
        }

        // The bins of a real signal past the middle are the others' conjugates.
        private static void Mirror(Span<double> real, Span<double> imaginary, long given)
        {
            int n = real.Length;
            var work = default(WorkCounter);
            for (int k = (n / 2) + 1; k < n; k++)
            {
                work.Add(2);
                bool known = n - k < given;
                real[k] = known ? real[n - k] : 0;
                imaginary[k] = known ? -imaginary[n - k] : 0;
            }
        }
    }
}
