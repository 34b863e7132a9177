using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Gemm;

/// <summary>The formula in f64.</summary>
internal static class GemmReference
{
    /// <summary>Σ over k, with the sum of magnitudes that scales the error bound.</summary>
    public static (double Sum, double Magnitude) Dot(Func<int, double> a, Func<int, double> b, int k)
    {
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < k; i++)
        {
            double p = a(i) * b(i);
            sum += p;
            magnitude += Math.Abs(p);
        }

        return (sum, magnitude);
    }

    public static double Activate(Activation f, double x) => f.Kind switch
    {
        ActivationKind.None => x,
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Clip => Math.Min(Math.Max(x, f.Alpha), f.Beta),
        ActivationKind.LeakyRelu => x < 0 ? f.Alpha * x : x,
        ActivationKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        ActivationKind.Tanh => Math.Tanh(x),
        ActivationKind.HardSwish => x * Math.Clamp((x / 6) + 0.5, 0, 1),
        ActivationKind.HardSigmoid => Math.Clamp((f.Alpha * x) + f.Beta, 0, 1),
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.Elu => x < 0 ? f.Alpha * (Math.Exp(x) - 1) : x,
        _ => throw new ArgumentOutOfRangeException(nameof(f)),
    };
}
