using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Constant 8-bit weights behind a DequantizeLinear: one scale, or one for each output channel.</summary>
/// <param name="Data">The 8-bit constant.</param>
/// <param name="Scale">f32 constant, [1] or [channels].</param>
/// <param name="Zero">Constant zero points as many as scales.</param>
[Pattern("DequantizeLinear")]
internal sealed record QuantizedWeights(Value Data, Value Scale, Value Zero)
{
    /// <summary>The weights behind a value; null where they are of another form.</summary>
    public static QuantizedWeights? Of(Value? value, int channelAxis)
    {
        if (Match.Producer(value, "DequantizeLinear") is not { Inputs: [{ Constant: { Type: ElementType.Int8 or ElementType.UInt8 } data }, { Constant: { Type: ElementType.Float32, Rank: <= 1 } scale }, ..] } node
            || !Match.IsSingle(value!) || node.Attributes.Int("block_size", 0) != 0 || data.Rank <= channelAxis || data.Count == 0)
        {
            return null;
        }

        long axis = node.Attributes.Int("axis", 1);
        if (scale.Count != 1 && ((axis < 0 ? axis + data.Rank : axis) != channelAxis || scale.Count != data.Dims[channelAxis]))
        {
            return null;
        }

        Value zero = node.HasInput(2) ? node.Inputs[2]! : ConstantValue.Of($"{value!.Name}:zero", Zeros(data.Type, scale.Count));
        return zero.Constant is { } constant && constant.Count == scale.Count && constant.Type == data.Type ? new(node.Inputs[0]!, node.Inputs[1]!, zero) : null;
    }

    /// <summary>The bias, one value for each of the channels, as int32 in units of scale_X·scale_W; false where it has another form.</summary>
    public static bool TryBias(Value? bias, QuantizedTensor x, QuantizedWeights w, long channels, out Value? quantized)
    {
        quantized = null;
        if (bias is null)
        {
            return true;
        }

        Tensor scaleW = w.Scale.Constant!;
        float scaleX = x.Scale.Constant!.Span<float>()[0];
        if (Match.Producer(bias, "DequantizeLinear") is { Inputs: [{ Constant: { Type: ElementType.Int32, Rank: 1 } data }, { Constant: { Type: ElementType.Float32 } scale }, ..] } node)
        {
            if (data.Count != channels || (scale.Count != 1 && scale.Count != channels) || !Match.IsSingle(bias) || node.Attributes.Int("block_size", 0) != 0)
            {
                return false;
            }

            for (int i = 0; i < scale.Count; i++)
            {
                float expected = scaleX * scaleW.Span<float>()[scaleW.Count == 1 ? 0 : i];
                if ((scale.Count != 1 && scale.Count != scaleW.Count) || !(MathF.Abs(scale.Span<float>()[i] - expected) <= 1e-6f * expected))
                {
                    return false;
                }
            }

            quantized = node.Inputs[0];
            return !node.HasInput(2) || node.Inputs[2]!.Constant?.Bytes.IndexOfAnyExcept((byte)0) < 0;
        }

        if (bias.Constant is not { Type: ElementType.Float32, Rank: 1 } numbers || numbers.Count != channels)
        {
            return false;
        }

        Tensor result = Tensor.Allocate(ElementType.Int32, numbers.Dims);
        for (int i = 0; i < numbers.Count; i++)
        {
            double unit = (double)scaleX * scaleW.Span<float>()[scaleW.Count == 1 ? 0 : i];
            double value = Math.Round(numbers.Span<float>()[i] / unit, MidpointRounding.ToEven);
            if (!(Math.Abs(value) <= int.MaxValue))
            {
                return false;
            }

            result.Span<int>()[i] = (int)value;
        }

        quantized = ConstantValue.Of($"{bias.Name}:int32", result);
        return true;
    }

    private static Tensor Zeros(ElementType type, long count)
    {
        Tensor zeros = Tensor.Allocate(type, [count]);
        zeros.Bytes.Clear();
        return zeros;
    }
}
