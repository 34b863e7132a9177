namespace Inference.Kernels.Elementwise;

/// <summary>Activations over f32 arrays. Thread-safe.</summary>
internal static unsafe class Activations
{
    /// <summary>y[i] = activation(x[i]) for i &lt; <paramref name="count"/>.</summary>
    /// <param name="activation">The function.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; equal to <paramref name="x"/> or not overlapping it.</param>
    /// <param name="count">Elements, 0 or more.</param>
    public static void Apply(in Activation activation, float* x, float* y, nint count)
    {
        if (!activation.IsNone)
        {
            Unary.Run(activation.Body, x, y, count, activation.Alpha, activation.Beta);
            return;
        }

        KernelAssert.Run(x, count);
        KernelAssert.Run(y, count);
        KernelAssert.SameOrApart(x, y, count);
        if (x != y)
        {
            Buffer.MemoryCopy(x, y, count * sizeof(float), count * sizeof(float));
        }
    }
}
