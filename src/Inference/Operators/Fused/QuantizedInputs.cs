namespace Inference.Operators.Fused;

/// <summary>What fused operators on 8-bit tensors require of the scales and zero points around them, beyond their types: that they are constants of so many values.</summary>
internal static class QuantizedInputs
{
    /// <summary>A constant of one value, or of <paramref name="channels"/>.</summary>
    public static void RequireConstant(InferContext context, int input, long channels = 1)
    {
        Tensor constant = context.InputConstant(input) ?? throw context.Error($"input {input}: expected a constant, got a computed value.");
        if (constant.Count != 1 && constant.Count != channels)
        {
            throw context.Error($"input {input}: expected one value{(channels == 1 ? "" : $" or {channels}")}, got {constant}.");
        }
    }

    /// <summary>A constant scale, and beside it a constant zero point that may be left out.</summary>
    public static void RequireForm(InferContext context, int scale, long channels = 1)
    {
        RequireConstant(context, scale, channels);
        if (context.HasInput(scale + 1))
        {
            RequireConstant(context, scale + 1, channels);
        }
    }
}
