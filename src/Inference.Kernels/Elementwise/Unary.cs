using Inference.Kernels.Threading;

namespace Inference.Kernels.Elementwise;

/// <summary>Unary functions over f32 arrays. Thread-safe.</summary>
internal static unsafe class Unary
{
    /// <summary>y[i] = f(x[i]; α, β) for i &lt; <paramref name="count"/>.</summary>
    /// <param name="function">The function f.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; equal to <paramref name="x"/> or not overlapping it.</param>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="alpha">α where f has one.</param>
    /// <param name="beta">β where f has one.</param>
    public static void Run(UnaryFunction function, float* x, float* y, nint count, float alpha = 0f, float beta = 0f) => Run(function.Best, x, y, count, alpha, beta);

    /// <summary>y[i] = f(x[i]; α, β) for each element of <paramref name="x"/>.</summary>
    /// <param name="function">The function f.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, at least as long; the same memory as <paramref name="x"/> or not overlapping it.</param>
    /// <param name="alpha">α where f has one.</param>
    /// <param name="beta">β where f has one.</param>
    /// <exception cref="ArgumentException"><paramref name="y"/> is shorter than <paramref name="x"/>.</exception>
    public static void Run(UnaryFunction function, ReadOnlySpan<float> x, Span<float> y, float alpha = 0f, float beta = 0f)
    {
        if (y.Length < x.Length)
        {
            throw new ArgumentException($"Output: expected {x.Length} elements, got {y.Length}. Pass a longer span.", nameof(y));
        }

        fixed (float* px = x, py = y)
        {
            Run(function, px, py, x.Length, alpha, beta);
        }
    }

    internal static void Run(delegate*<float*, float*, nint, float, float, void> body, float* x, float* y, nint count, float alpha, float beta)
    {
        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            body(x + i, y + i, stop - i, alpha, beta);
            i = stop;
        }
    }
}
