namespace Inference;

/// <summary>
/// Finds spans that are kept past the Dispose of their value: where it is on, memory that is given back is filled with a pattern, NaN for floating-point types and bytes
/// 0xCD for others, and a pattern that was written to is an error when the memory is used again. Thread-safe.
/// </summary>
/// <remarks>On in Debug builds of the library, and where the switch <c>Inference.PoisonFreedTensors</c> of <see cref="AppContext"/> says so, which Debug builds of programs that
/// use the package Inference set. It costs a pass over the memory of each tensor that is given back.</remarks>
internal static class TensorPoison
{
    private const ulong Integers = 0xCDCD_CDCD_CDCD_CDCD;

    /// <summary>Whether memory is filled. A constant of the process, so that the code behind it is left out where it is off.</summary>
    public static readonly bool IsOn = AppContext.TryGetSwitch("Inference.PoisonFreedTensors", out bool isOn) ? isOn : IsDebug;

    private static bool IsDebug =>
#if DEBUG
        true;
#else
        false;
#endif

    /// <summary>Fills a block that held elements of this type.</summary>
    public static void Fill(TensorBlock block, ElementType type)
    {
        block.Poison = PatternOf(type);
        Words(block).Fill(block.Poison);
    }

    /// <summary>Takes the pattern off a block that is to be used again.</summary>
    /// <exception cref="InferenceException">Somebody wrote to the block after it was given back.</exception>
    public static void Check(TensorBlock block)
    {
        ulong poison = block.Poison;
        block.Poison = 0;
        if (poison != 0 && Words(block).ContainsAnyExcept(poison))
        {
            throw new InferenceException("The memory of a tensor was written to after the tensor had been disposed: a span or address of it was kept too long. Look for spans that are used after the Dispose, or the using, of the value they were taken from.");
        }
    }

    // Quiet NaN in each floating-point format, several to a word.
    private static ulong PatternOf(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Complex64 => 0xFFCD_CDCD_FFCD_CDCD,
        ElementType.Float64 or ElementType.Complex128 => 0xFFFF_CDCD_CDCD_CDCD,
        ElementType.Float16 or ElementType.BFloat16 => 0xFFCD_FFCD_FFCD_FFCD,
        ElementType.Float8E4M3FN or ElementType.Float8E5M2 or ElementType.Float8E8M0 => ulong.MaxValue,
        ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2FNUZ => 0x8080_8080_8080_8080,
        _ => Integers,
    };

    private static Span<ulong> Words(TensorBlock block) => block.Span<ulong>(0, (int)Math.Min(block.Bytes / sizeof(ulong), Array.MaxLength));
}
