namespace Inference.OnnxRuntime.Native;

/// <summary>Element types of ONNX Runtime in our terms.</summary>
internal static class OrtTypes
{
    // Equal to ONNX's numbers up to float4e2m1; of the types after it, ONNX Runtime's enumeration has the 2-bit integers first.
    private const int OrtUInt2 = 24;
    private const int OrtInt2 = 25;
    private const int OrtFloat8E8M0 = 26;

    /// <summary>ONNX Runtime's number of an element type.</summary>
    public static int ToOrt(ElementType type) => type switch
    {
        ElementType.UInt2 => OrtUInt2,
        ElementType.Int2 => OrtInt2,
        ElementType.Float8E8M0 => OrtFloat8E8M0,
        _ => (int)type,
    };

    /// <summary>The element type that ONNX Runtime states by a number.</summary>
    public static ElementType FromOrt(int type) => type switch
    {
        OrtUInt2 => ElementType.UInt2,
        OrtInt2 => ElementType.Int2,
        OrtFloat8E8M0 => ElementType.Float8E8M0,
        < 0 or > OrtFloat8E8M0 => ElementType.Undefined,
        _ => (ElementType)type,
    };
}
