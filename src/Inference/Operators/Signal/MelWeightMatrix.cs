using System.Numerics;
using Inference.Operators.Movement;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

namespace Inference.Operators.Signal;

/// <summary>Weights [dft_length/2 + 1, num_mel_bins] of triangles that are evenly spaced on the mel scale. Source: ONNX MelWeightMatrix, opset 17.</summary>
internal sealed class MelWeightMatrix(Node node) : Operator
{
    private readonly ElementType _type = WindowOperator.ReadType(node);

    protected override void InferOutputs(InferContext context)
    {
        Dimension bins = Number(context, 1) is { } length ? Dimension.Fixed((length / 2) + 1) : Dimension.Unknown;
        context.SetOutput(0, _type, [bins, Number(context, 0) is { } mels ? Dimension.Fixed(mels) : Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        long mels = Integers.At(context.Input(0), 0);
        long length = Integers.At(context.Input(1), 0);
        long rate = Integers.At(context.Input(2), 0);
        double low = Mel(FeatureRows.At<double>(context.Input(3), 0));
        double high = Mel(FeatureRows.At<double>(context.Input(4), 0));
        if (rate <= 0)
        {
            throw context.Error($"sample_rate: expected a number above 0, got {rate}.");
        }

        Tensor y = context.Output(0);
        for (int i = 3; i < 5; i++)
        {
            double hertz = FeatureRows.At<double>(context.Input(i), 0);
            if (!(hertz >= 0 && Math.Floor((length + 1) * hertz / rate) < y.Dims[0]))
            {
                throw context.Error($"input {i}: expected an edge from 0 to half of the sample rate {rate}, within the {y.Dims[0]} bins of the spectrum, got {hertz}.");
            }
        }

        var action = new Fill { Context = context, Y = y, Low = low, Step = (high - low) / (mels + 2), BinsPerHertz = (length + 1, rate) };
        Dispatch.Numeric(_type, ref action);
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static long? Number(InferContext context, int input)
    {
        if (context.InputConstant(input) is not { Count: 1 } given)
        {
            return null;
        }

        long number = Integers.At(given, 0);
        return number is >= 0 and < int.MaxValue ? number : throw context.Error($"input {input}: expected a number in [0, {int.MaxValue - 1}], got {number}.");
    }

    private struct Fill : INumericAction
    {
        public KernelContext Context;
        public Tensor Y;
        public double Low;
        public double Step;
        public (long Bins, long Rate) BinsPerHertz;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            (long rows, long columns) = (Y.Dims[0], Y.Dims[1]);
            Y.Clear();
            for (int i = 0; i < columns; i++)
            {
                Context.ThrowIfCancelled();
                (long lower, long centre, long higher) = (Edge(i), Edge(i + 1), Edge(i + 2));
                if (centre == lower)
                {
                    Set<E, T, C>(centre, i, rows, columns, 1);
                }

                for (long j = lower; j <= centre && centre > lower; j++)
                {
                    Set<E, T, C>(j, i, rows, columns, (double)(j - lower) / (centre - lower));
                }

                for (long j = centre; j < higher; j++)
                {
                    Set<E, T, C>(j, i, rows, columns, (double)(higher - j) / (higher - centre));
                }
            }
        }

        // The bin of an edge: within the rows, as both ends are.
        private readonly long Edge(int index)
        {
            double hertz = 700 * (Math.Pow(10, ((index * Step) + Low) / 2595) - 1);
            return (long)Math.Floor(BinsPerHertz.Bins * hertz / BinsPerHertz.Rate);
        }

        private readonly unsafe void Set<E, T, C>(long row, int column, long rows, long columns, double value)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if ((ulong)row < (ulong)rows)
            {
                ((T*)Y.Data)[(row * columns) + column] = E.Store(C.CreateTruncating(value));
            }
        }
    }
}
