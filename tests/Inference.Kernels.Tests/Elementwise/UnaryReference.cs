using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Elementwise;

/// <summary>The unary functions in f64.</summary>
internal static class UnaryReference
{
    public static double Exact(UnaryKind kind, double x, double alpha, double beta) => kind switch
    {
        UnaryKind.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        UnaryKind.Clip => double.IsNaN(x) ? x : Math.Min(Math.Max(x, alpha), beta),
        UnaryKind.LeakyRelu => x < 0 ? alpha * x : x,
        UnaryKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        UnaryKind.Tanh => Math.Tanh(x),
        UnaryKind.Gelu => double.IsNegativeInfinity(x) ? double.NaN : x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        UnaryKind.GeluTanh => double.IsNegativeInfinity(x) ? double.NaN
            : x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        UnaryKind.HardSwish => double.IsNegativeInfinity(x) ? double.NaN : x * Math.Clamp((x / 6) + 0.5, 0, 1),
        UnaryKind.HardSigmoid => Math.Clamp((alpha * x) + beta, 0, 1),
        UnaryKind.Silu => double.IsNegativeInfinity(x) ? double.NaN : x / (1 + Math.Exp(-x)),
        UnaryKind.Elu => x < 0 ? alpha * (Math.Exp(x) - 1) : x,
        UnaryKind.Exp => Math.Exp(x),
        UnaryKind.Log => Math.Log(x),
        UnaryKind.Erf => Erf(x),
        UnaryKind.Softplus => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))),
        UnaryKind.Sqrt => Math.Sqrt(x),
        UnaryKind.Reciprocal => 1 / x,
        UnaryKind.Neg => -x,
        UnaryKind.Abs => Math.Abs(x),
        UnaryKind.Floor => Math.Floor(x),
        UnaryKind.Ceiling => Math.Ceiling(x),
        UnaryKind.Round => Math.Round(x),
        UnaryKind.Truncate => Math.Truncate(x),
        UnaryKind.Affine => (alpha * x) + beta,
        UnaryKind.Sign => double.IsNaN(x) ? x : Math.Sign(x),
        UnaryKind.Softsign => x / (1 + Math.Abs(x)),
        UnaryKind.Selu => beta * (x < 0 ? alpha * (Math.Exp(x) - 1) : x),
        UnaryKind.ThresholdedRelu => x > alpha ? x : 0,
        UnaryKind.Square => x * x,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // Series below 3, continued fraction above: f64 precision.
    private static double Erf(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        double a = Math.Abs(x);
        if (a < 3)
        {
            double term = a;
            double sum = a;
            for (int n = 1; n < 120; n++)
            {
                term *= -a * a / n;
                sum += term / ((2 * n) + 1);
            }

            return Math.Sign(x) * sum * 2 / Math.Sqrt(Math.PI);
        }

        double fraction = 0;
        for (int n = 60; n > 0; n--)
        {
            fraction = n / 2.0 / (a + fraction);
        }

        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction)));
    }
}
