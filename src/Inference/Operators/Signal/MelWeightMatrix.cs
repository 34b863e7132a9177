using System.Numerics;
using Inference.Graph;
using Inference.Operators.Ml;
using Inference.Operators.Structure;
using Inference.Operators.Typed;

namespace Inference.Operators.Signal;

/// <summary>Weights [dft_length/2 + 1, num_mel_bins] of triangles that are evenly spaced on the mel scale. Source: ONNX MelWeightMatrix, opset 17.</summary>
internal sealed class MelWeightMatrix(Node node) : Operator
{
    private readonly ElementType _type = (ElementType)node.Attributes.Int("output_datatype", 1);

    protected override void InferOutputs(InferContext context)
    {
        if (!TypeSet.Numeric.Contains(_type))
        {
            throw context.Error($"output_datatype: expected a numeric type, got {_type.Name()}.");
        }

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

        var edges = new long[mels + 2];
        double step = (high - low) / edges.Length;
        for (int i = 0; i < edges.Length; i++)
        {
            double hertz = 700 * (Math.Pow(10, ((i * step) + low) / 2595) - 1);
            edges[i] = (long)Math.Floor((length + 1) * hertz / rate);
        }

        var action = new Fill { Y = context.Output(0), Edges = edges };
        action.Y.Bytes.Clear();
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
        return number is >= 0 and < int.MaxValue ? number : throw context.Error($"input {input}: expected a number ≥ 0, got {number}.");
    }

    private struct Fill : INumericAction
    {
        public Tensor Y;
        public long[] Edges;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            (long rows, long columns) = (Y.Dims[0], Y.Dims[1]);
            for (int i = 0; i < columns; i++)
            {
                (long lower, long centre, long higher) = (Edges[i], Edges[i + 1], Edges[i + 2]);
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
