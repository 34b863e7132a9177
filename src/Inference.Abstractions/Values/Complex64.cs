using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A complex number with two single-precision parts, real part first.</summary>
/// <param name="Real">The real part.</param>
/// <param name="Imaginary">The imaginary part.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Complex64(float Real, float Imaginary);
