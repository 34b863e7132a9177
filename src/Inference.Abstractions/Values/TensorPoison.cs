namespace Inference;

/// <summary>
/// Detects spans that are used after their value was disposed: if enabled, returned memory is filled with a pattern, NaN for floating-point types and bytes
/// 0xCD for others, and a modified pattern is an error when the memory is reused. Thread-safe.
/// </summary>
/// <remarks>Enabled in Debug builds of the library, and by the switch <c>Inference.PoisonFreedTensors</c> of <see cref="AppContext"/>, which Debug builds of programs that
/// use the package Inference set. It costs one pass over the memory of each returned tensor.</remarks>
internal static class TensorPoison
{
    private const ulong Integers = 0xCDCD_CDCD_CDCD_CDCD;

    /// <summary>Whether memory is filled. Constant for the process, so that the code is eliminated if it is disabled.</summary>
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

    /// <summary>Checks and removes the pattern of a block that is reused.</summary>
    /// <exception cref="InferenceException">The block was written to after it was returned.</exception>
    public static void Check(TensorBlock block)
    {
        ulong poison = block.Poison;
        block.Poison = 0;
        if (poison != 0 && Words(block).ContainsAnyExcept(poison))
        {
            throw new InferenceException("The memory of a tensor was written to after the tensor had been disposed: a span or address of it was used too long. Look for spans that are used after the Dispose, or the using block, of the value they belong to.");
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
