using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// The QuantizeLinear that a value goes to, straight or through one Relu or Clip. Quantizing is monotone, so quantize(clip(x, a, b)) is
/// quantize(x) clamped to [quantize(a), quantize(b)], exactly.
/// </summary>
/// <param name="Y">The quantized value.</param>
/// <param name="Low">Smallest byte.</param>
/// <param name="High">Largest byte.</param>
internal sealed record QuantizedResult(QuantizedTensor Y, int Low, int High)
{
    /// <summary>Whether there was a Relu or Clip, whatever its bounds.</summary>
    public bool IsClipped { get; private init; }

    /// <summary>Where a value with no other use is quantized; null where it is not.</summary>
    public static QuantizedResult? Of(Value value, UseMap uses)
    {
        if (uses.OnlyUser(value) is not { } user)
        {
            return null;
        }

        if (QuantizedTensor.OfQuantize(user) is { } direct)
        {
            return new(direct, int.MinValue, int.MaxValue);
        }

        float min = 0f;
        float max = 0f;
        bool clips = user.Inputs[0] == value && user.Outputs is [{ }] && user.Operator!.Traits.Unary?.Of(user) is { } function && function.Activation.IsClip(out min, out max);
        if (!clips || !(min <= max) || uses.OnlyUser(user.Outputs[0]!) is not { } quantize || QuantizedTensor.OfQuantize(quantize) is not { } y)
        {
            return null;
        }

        return new(y, Quantize(min, y), Quantize(max, y)) { IsClipped = true };
    }

    /// <summary>Adds the bounds to a fused node's attributes where the type's range is not inside them.</summary>
    public AttributeMap State(AttributeMap attributes)
    {
        bool signed = Y.Zero.Constant!.Type == ElementType.Int8;
        if (Low > (signed ? -128 : 0) || High < (signed ? 127 : 255))
        {
            attributes.Set("clip_low", (long)Math.Max(Low, -128));
            attributes.Set("clip_high", (long)Math.Min(High, 255));
        }

        return attributes;
    }

    private static int Quantize(float x, QuantizedTensor y)
    {
        bool signed = y.Zero.Constant!.Type == ElementType.Int8;
        int zero = (int)y.Zero.Constant.ToInt64Array()[0];
        float value = x / y.Scale.Constant!.Span<float>()[0];
        value = Math.Clamp(value, (signed ? -128 : 0) - zero, (signed ? 127 : 255) - zero);
        return (int)MathF.Round(value, MidpointRounding.ToEven) + zero;
    }
}
