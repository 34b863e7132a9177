using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Recurrent;

/// <summary>
/// LSTM with 8-bit weights: X [S, B, I], W [D, I, 4·H], R [D, H, 4·H], then as LSTM, and inputs 8 to 11: scale and zero point of W and of R, for each direction [D] or
/// each column [D, 4·H]. What multiplies the weights (X as a whole, the state of each step) is quantized to u8 by its own range first. Source: com.microsoft
/// DynamicQuantizeLSTM.
/// </summary>
internal sealed unsafe class DynamicQuantizeLstm(Node node, OperatorTable table) : Operator
{
    private const int ElementWork = 10;
    private readonly CellOptions _options = new(node, CellKind.Lstm, table);

    protected override void InferOutputs(InferContext context)
    {
        if (_options.BatchFirst)
        {
            throw context.Error("attribute 'layout': expected 0 (the only one supported), got 1.");
        }

        Dimension[]? x = context.InputShape(0);
        Dimension[]? r = context.InputShape(2);
        Dimension directions = Dimension.Fixed(_options.Directions);
        Dimension hidden = r?[1] ?? Dimension.Unknown;
        Dimension batch = x?[1] ?? Dimension.Unknown;
        if (hidden.Size == 0 || x?[2].Size == 0 || (hidden.Size is { } size && _options.HiddenSize is { } named && size != named))
        {
            throw context.Error($"expected an input size of 1 or more and a hidden size equal to the attribute 'hidden_size' ({_options.HiddenSize}), got {x?[2]} and {hidden}.");
        }

        Dimension gates = Shapes.Product([hidden, Dimension.Fixed(4)]);
        Shapes.RequireShape(context, 1, [directions, x?[2] ?? Dimension.Unknown, gates]);
        Shapes.RequireShape(context, 2, [directions, hidden, gates]);
        Shapes.RequireShape(context, 3, [directions, Shapes.Product([hidden, Dimension.Fixed(8)])]);
        Shapes.RequireShape(context, 4, [batch]);
        Shapes.RequireShape(context, 5, [directions, batch, hidden]);
        Shapes.RequireShape(context, 6, [directions, batch, hidden]);
        Shapes.RequireShape(context, 7, [directions, Shapes.Product([hidden, Dimension.Fixed(3)])]);
        for (int i = 8; i < 12; i++)
        {
            Shapes.RequireShape(context, i, context.InputShape(i) is { Length: 2 } ? [directions, gates] : [directions]);
        }

        context.SetOutput(0, ElementType.Float32, [x?[0] ?? Dimension.Unknown, directions, batch, hidden]);
        context.SetOutput(1, ElementType.Float32, [directions, batch, hidden]);
        context.SetOutput(2, ElementType.Float32, [directions, batch, hidden]);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        var parameters = new Tensor[6];
        int[] inputs = [1, 2, 8, 9, 10, 11];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (context.Constant(inputs[i]) is not { } constant)
            {
                return null;
            }

            parameters[i] = constant;
        }

        Tensor w = Dequantize(context, parameters[0], parameters[2], parameters[3]);
        Tensor r = Dequantize(context, parameters[1], parameters[4], parameters[5]);
        return new Prepared(
            _options,
            w,
            r,
            context.Shared(1, Form(parameters[2], parameters[3]), () => CellWeights.Create(w, lastApart: false, r.Dims[2])),
            context.Shared(2, Form(parameters[4], parameters[5]), () => CellWeights.Create(r, lastApart: false, r.Dims[2])));
    }

    public override void Run(KernelContext context) =>
        Run(
            context, _options, Dequantize(context, context.Input(1), context.Input(8), context.Input(9)), Dequantize(context, context.Input(2), context.Input(10), context.Input(11)), null, null);

    /// <summary>Replaces numbers by what their u8 codes over their own range stand for.</summary>
    public static void Requantize(float* from, float* to, long count)
    {
        LinearQuantization.ChooseParameters(from, (nint)count, out float scale, out byte zero);
        var work = default(WorkCounter);
        for (long i = 0; i < count; i++)
        {
            work.Add(ElementWork);
            to[i] = (QuantizeRun.Quantize(from[i], scale, zero, 0, 255) - zero) * scale;
        }
    }

    private static void Run(KernelContext context, CellOptions options, Tensor w, Tensor r, CellWeights? packedW, CellWeights? packedR)
    {
        Tensor x = context.Input(0);
        Tensor codes = context.Allocate(ElementType.Float32, x.Dims);
        Tensor? lengths = context.OptionalInput(4);
        long steps = x.Dims[0];
        if (lengths is not null)
        {
            steps = 0;
            foreach (int length in lengths.Span<int>())
            {
                steps = Math.Max(steps, Math.Clamp(length, 0, x.Dims[0]));
            }
        }

        // Steps beyond the longest sequence have no part in the range.
        long used = steps * x.Dims[1] * x.Dims[2];
        codes.Clear();
        Requantize((float*)x.Data, (float*)codes.Data, used);
        RecurrentRunner.RunQuantized(context, options, codes, w, r, packedW, packedR);
        GC.KeepAlive(codes);
    }

    private static Tensor Dequantize(KernelContext context, Tensor weights, Tensor scales, Tensor zeros)
    {
        context.Claim(Numbers(weights));
        return Dequantize(weights, scales, zeros);
    }

    // A plan keeps them.
    private static Tensor Dequantize(PrepareContext context, Tensor weights, Tensor scales, Tensor zeros)
    {
        context.Claim(Numbers(weights));
        return Dequantize(weights, scales, zeros);
    }

    private static long Numbers(Tensor weights) => KernelContext.MemoryOf(ElementType.Float32, weights.Dims);

    // [D, K, 4·H] of codes as [D, 4·H, K] of numbers.
    private static Tensor Dequantize(Tensor weights, Tensor scales, Tensor zeros)
    {
        (long directions, long depth, long columns) = (weights.Dims[0], weights.Dims[1], weights.Dims[2]);
        Tensor result = Tensor.Allocate(ElementType.Float32, [directions, columns, depth]);
        var work = default(WorkCounter);
        float* target = (float*)result.Data;
        for (long d = 0; d < directions; d++)
        {
            for (long n = 0; n < columns; n++)
            {
                float scale = (float)Scalars.ToDouble(scales, scales.Count == directions ? d : d * columns + n);
                long zero = Scalars.ToInt64(zeros, zeros.Count == directions ? d : d * columns + n);
                for (long k = 0; k < depth; k++)
                {
                    work.Add(ElementWork);
                    *target++ = (Scalars.ToInt64(weights, (d * depth + k) * columns + n) - zero) * scale;
                }
            }
        }

        return result;
    }

    private static CellForm Form(Tensor scale, Tensor zero) => new(LastApart: false, Hidden: 0, new ConstantContents(scale), new ConstantContents(zero));

    /// <summary>With weights prepacked; the store owns the packed ones.</summary>
    private sealed class Prepared(CellOptions options, Tensor w, Tensor r, CellWeights packedW, CellWeights packedR) : Kernel
    {
        public override void Run(KernelContext context) => DynamicQuantizeLstm.Run(context, options, w, r, packedW, packedR);
    }
}
