using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Inference.Kernels;

/// <summary>
/// What kernels demand of their callers, asserted at their heads: builds for debugging contain it, others none of it. No kernel needs more alignment than its element type's;
/// scratch memory and buffers guarantee an alignment of 64 bytes, which is asserted where they are rented.
/// </summary>
internal static unsafe class KernelAssert
{
    /// <summary>A run of <paramref name="count"/> elements: 0 or more, and an address where there is one.</summary>
    [Conditional("DEBUG")]
    public static void Run<T>(T* data, nint count, [CallerArgumentExpression(nameof(data))] string? name = null)
        where T : unmanaged
    {
        Debug.Assert(count >= 0, $"{name}: expected 0 or more elements, got {count}");
        Debug.Assert(data != null || count == 0, $"{name}: expected {count} elements, got null");
    }

    /// <summary>A matrix with a row stride of <paramref name="stride"/> elements: rows do not overlap.</summary>
    [Conditional("DEBUG")]
    public static void Matrix<T>(T* data, nint rows, nint columns, nint stride, [CallerArgumentExpression(nameof(data))] string? name = null)
        where T : unmanaged
    {
        Debug.Assert(rows >= 0 && columns >= 0, $"{name}: expected sizes of 0 or more, got [{rows},{columns}]");
        Debug.Assert(stride >= columns || rows <= 1, $"{name}: expected a row stride of at least {columns} elements, got {stride}");
        Debug.Assert(data != null || rows == 0 || columns == 0, $"{name}: expected [{rows},{columns}] elements, got null");
    }

    /// <summary>An input and an output of a run that may be the same memory, element by element, but may not overlap otherwise.</summary>
    [Conditional("DEBUG")]
    public static void SameOrApart<TInput, TOutput>(TInput* input, TOutput* output, nint count, [CallerArgumentExpression(nameof(input))] string? name = null)
        where TInput : unmanaged
        where TOutput : unmanaged
    {
        if (input != output)
        {
            Apart(input, count * sizeof(TInput), output, count * sizeof(TOutput), name);
        }
    }

    /// <summary>Memory that is read and memory that is written, in bytes, without a byte in common.</summary>
    [Conditional("DEBUG")]
    public static void Apart(void* input, nint inputBytes, void* output, nint outputBytes, [CallerArgumentExpression(nameof(input))] string? name = null) =>
        Debug.Assert(
            inputBytes <= 0 || outputBytes <= 0 || (byte*)input + inputBytes <= (byte*)output || (byte*)output + outputBytes <= (byte*)input,
            $"{name}: expected memory that the output does not overlap");

    /// <summary>A size that tiles or buffers on the stack bound.</summary>
    [Conditional("DEBUG")]
    public static void AtMost(nint value, nint limit, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        Debug.Assert(value >= 0 && value <= limit, $"{name}: expected 0 to {limit}, got {value}");

    /// <summary>A size that may not be negative.</summary>
    [Conditional("DEBUG")]
    public static void NotNegative(nint value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        Debug.Assert(value >= 0, $"{name}: expected 0 or more, got {value}");

    /// <summary>The alignment that scratch memory and buffers promise.</summary>
    [Conditional("DEBUG")]
    public static void Aligned(void* data, nuint alignment, [CallerArgumentExpression(nameof(data))] string? name = null) =>
        Debug.Assert((nuint)data % alignment == 0, $"{name}: expected an address aligned to {alignment} bytes");
}
