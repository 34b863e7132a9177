using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;

namespace Inference.Operators.Quantization;

/// <summary>Bounds of an 8-bit result, narrower than its type where a Relu or Clip was fused: attributes <c>clip_low</c> and <c>clip_high</c>.</summary>
internal readonly record struct QuantizedClip(int Low, int High)
{
    /// <summary>No bounds but the type's.</summary>
    public static QuantizedClip None => new(-128, 255);

    public static QuantizedClip Read(Node node) => new((int)node.Attributes.Int("clip_low", -128), (int)node.Attributes.Int("clip_high", 255));

    /// <summary>States the bounds to a kernel.</summary>
    public void Set(ref QuantizedEpilogue epilogue)
    {
        epilogue.Clip = true;
        epilogue.ClipLow = Low;
        epilogue.ClipHigh = High;
    }

    /// <summary>The bounds inside the range of a type.</summary>
    public QuantizedRange Within(QuantizedRange range) => new(Math.Max(range.Min, Low), Math.Min(range.Max, High));
}
