using Inference.Kernels.Gemm;
using Inference.Kernels.Quantized;

namespace Inference.Layers;

/// <summary>Matrices of weights from spans: checked, packed, and turned into 8 bits.</summary>
internal static unsafe class LayerWeights
{
    /// <summary>Checks sizes and the length of a matrix of them.</summary>
    public static void Check(int length, int inputs, int outputs, WeightOrder order, string layer, string shape, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (order is not (WeightOrder.OutputsByInputs or WeightOrder.InputsByOutputs))
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, $"{layer}: expected a value of the enumeration {nameof(WeightOrder)}.");
        }

        LayerCheck.Length(length, inputs, outputs, layer, shape, parameter);
    }

    public static PackedMatrix Pack(ReadOnlySpan<float> weights, int inputs, int outputs, WeightOrder order) =>
        PackedMatrix.Create(weights, inputs, outputs, order == WeightOrder.OutputsByInputs);

    public static QuantizedMatrix Pack(ReadOnlySpan<sbyte> codes, int inputs, int outputs, WeightOrder order)
    {
        bool transposed = order == WeightOrder.OutputsByInputs;
        fixed (sbyte* p = codes)
        {
            return QuantizedMatrix.Create((byte*)p, true, transposed ? inputs : outputs, inputs, outputs, [], transposed);
        }
    }

    /// <summary>Codes and scales of each output: scale = max|w| / 127, 1 where all are 0; code = round(w / scale), halves to even.</summary>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static sbyte[] Quantize(ReadOnlySpan<float> weights, int inputs, int outputs, WeightOrder order, string layer, string parameter, out float[] scales)
    {
        scales = new float[outputs];
        for (int i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i]))
            {
                throw new ArgumentException($"{layer}: expected finite weights, got {weights[i]} at position {i}. Remove NaN and infinities before quantizing the weights.", parameter);
            }

            ref float scale = ref scales[Output(i, inputs, outputs, order)];
            scale = Math.Max(scale, Math.Abs(weights[i]));
        }

        for (int n = 0; n < outputs; n++)
        {
            // A scale that underflows to 0 represents weights that do.
            scales[n] = scales[n] / sbyte.MaxValue > 0f ? scales[n] / sbyte.MaxValue : 1f;
        }

        var codes = new sbyte[weights.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scales[Output(i, inputs, outputs, order)]), -sbyte.MaxValue, sbyte.MaxValue);
        }

        return codes;
    }

    /// <summary>A copy of scales, one for each of <paramref name="count"/>.</summary>
    public static float[] Each(ReadOnlySpan<float> scales, int count)
    {
        var each = new float[count];
        if (scales.Length == count)
        {
            scales.CopyTo(each);
        }
        else
        {
            Array.Fill(each, scales[0]);
        }

        return each;
    }

    private static int Output(int at, int inputs, int outputs, WeightOrder order) => order == WeightOrder.OutputsByInputs ? at / inputs : at % outputs;
}
