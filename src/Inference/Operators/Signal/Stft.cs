using System.Numerics;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Signal;

/// <summary>
/// Short-time Fourier transform: signal [B, L, 1 or 2] cut into frames every frame_step elements, times the window, transformed → [B, frames, bins, 2].
/// Source: ONNX STFT, opset 17.
/// </summary>
internal sealed class Stft(Node node) : Operator
{
    private readonly bool _oneSided = node.Attributes.Int("onesided", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? signal = context.InputShape(0);
        if (signal is not null && signal.Length is not (2 or 3))
        {
            throw context.Error($"signal: expected shape [B,L,1] or [B,L,2], got {ShapeRules.Format(signal)}.");
        }

        if (signal is { Length: 3 } && signal[2].Size is not (null or 1 or 2))
        {
            throw context.Error($"signal: expected 1 or 2 numbers per element (the last axis), got {signal[2]}.");
        }

        if (_oneSided && signal is { Length: 3 } && signal[2].Size == 2)
        {
            throw context.Error("signal: expected a real signal because onesided is set, got a complex one.");
        }

        Dimension frames = Dimension.Unknown;
        Dimension bins = Dimension.Unknown;
        long? length = FrameLength(context);
        if (length is < 1 or > FourierPlan.MaxLength)
        {
            throw context.Error($"expected frames of 1 to {FourierPlan.MaxLength} elements, got {length}.");
        }

        if (length is { } frame)
        {
            bins = Dimension.Fixed(_oneSided ? (frame / 2) + 1 : frame);
            if (context.InputConstant(1) is { Count: 1 } step && signal?[1].Size is { } size)
            {
                long by = Integers.At(step, 0);
                if (by <= 0 || frame > size)
                {
                    throw context.Error($"expected a frame_step of at least 1 and frames within the signal of {size}, got {by} and {frame}.");
                }

                frames = Dimension.Fixed(((size - frame) / by) + 1);
            }
        }

        context.SetOutput(0, type, [signal?[0] ?? Dimension.Unknown, frames, bins, Dimension.Fixed(2)]);
    }

    public override void Run(KernelContext context)
    {
        var action = new Frames { Context = context, Signal = context.Input(0), Step = Integers.At(context.Input(1), 0), Window = context.OptionalInput(2), Y = context.Output(0) };
        action.Length = context.OptionalInput(3) is { } given ? Integers.At(given, 0) : action.Window?.Count ?? 0;
        long bins = _oneSided ? (action.Length / 2) + 1 : action.Length;
        if (action.Length < 1 || (action.Window is { } window && window.Count != action.Length) || action.Y.Dims[2] != bins)
        {
            throw context.Error($"frame_length: expected the length of the window and of the frames of the planned output {action.Y}, got {action.Length}{(action.Window is null ? "" : $" and a window {action.Window}")}.");
        }

        Dispatch.Floating(action.Y.Type, ref action);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        bool others = context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None && context.InputAxis(3) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : own == 0 && others ? 0 : BatchContext.Mixed);
    }

    private static long? FrameLength(InferContext context)
    {
        long? window = context.HasInput(2) && context.InputShape(2) is { Length: 1 } shape ? shape[0].Size : null;
        if (!context.HasInput(3))
        {
            return context.HasInput(2) ? window : throw context.Error("expected a window or a frame_length, got neither.");
        }

        long? length = context.InputConstant(3) is { Count: 1 } given ? Integers.At(given, 0) : null;
        if (length is not null && window is not null && length != window)
        {
            throw context.Error($"frame_length: expected the window's length, {window}, got {length}.");
        }

        return length ?? window;
    }

    private struct Frames : IFloatAction
    {
        public KernelContext Context;
        public Tensor Signal;
        public long Step;
        public Tensor? Window;
        public Tensor Y;
        public long Length;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            int length = (int)Length;
            int parts = Signal.Rank == 3 ? (int)Signal.Dims[2] : 1;
            long size = Signal.Dims[1];
            (long batches, long frames, long bins) = (Y.Dims[0], Y.Dims[1], Y.Dims[2]);
            if (Y.Count == 0)
            {
                return;
            }

            double* scratch = (double*)Context.Scratch(((2L * length) + FourierPlan.MemoryLength(length)) * sizeof(double));
            var real = new Span<double>(scratch, length);
            var imaginary = new Span<double>(scratch + length, length);
            var plan = new FourierPlan(Context, length, scratch + (2L * length));
            T* y = (T*)Y.Data;
            for (long b = 0; b < batches; b++)
            {
                for (long f = 0; f < frames; f++)
                {
                    Context.ThrowIfCancelled();
                    T* x = (T*)Signal.Data + (((b * size) + (f * Step)) * parts);
                    for (int n = 0; n < length; n++)
                    {
                        double window = Window is null ? 1 : double.CreateTruncating(E.Load(((T*)Window.Data)[n]));
                        real[n] = window * double.CreateTruncating(E.Load(x[n * parts]));
                        imaginary[n] = parts == 2 ? window * double.CreateTruncating(E.Load(x[(n * parts) + 1])) : 0;
                    }

                    plan.Transform(real, imaginary, inverse: false);
                    for (int k = 0; k < bins; k++)
                    {
                        *y++ = E.Store(C.CreateTruncating(real[k]));
                        *y++ = E.Store(C.CreateTruncating(imaginary[k]));
                    }
                }
            }
        }
    }
}
