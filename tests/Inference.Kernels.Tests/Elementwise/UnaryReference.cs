using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Elementwise;

/// <summary>The unary functions in f64.</summary>
internal static class UnaryReference
{
    public static double Exact(UnaryFunction function, double x, double alpha, double beta) => function.Name switch
    {
        "relu" => double.IsNaN(x) ? x : Math.Max(x, 0),
        "clip" => double.IsNaN(x) ? x : Math.Min(Math.Max(x, alpha), beta),
        "leakyrelu" => x < 0 ? alpha * x : x,
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        "tanh" => Math.Tanh(x),
        "gelu" => double.IsNegativeInfinity(x) ? double.NaN : x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        "gelutanh" => double.IsNegativeInfinity(x) ? double.NaN
            : x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        "hardswish" => double.IsNegativeInfinity(x) ? double.NaN : x * Math.Clamp((x / 6) + 0.5, 0, 1),
        "hardsigmoid" => Math.Clamp((alpha * x) + beta, 0, 1),
        "silu" => double.IsNegativeInfinity(x) ? double.NaN : x / (1 + Math.Exp(-alpha * x)),
        "scaledtanh" => alpha * Math.Tanh(beta * x),
        "elu" => x < 0 ? alpha * (Math.Exp(x) - 1) : x,
        "exp" => Math.Exp(x),
        "log" => Math.Log(x),
        "erf" => Erf(x),
        "softplus" => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))),
        "sqrt" => Math.Sqrt(x),
        "reciprocal" => 1 / x,
        "neg" => -x,
        "abs" => Math.Abs(x),
        "floor" => Math.Floor(x),
        "ceiling" => Math.Ceiling(x),
        "round" => Math.Round(x),
        "truncate" => Math.Truncate(x),
        "affine" => (alpha * x) + beta,
        "sign" => double.IsNaN(x) ? x : Math.Sign(x),
        "softsign" => x / (1 + Math.Abs(x)),
        "selu" => beta * (x < 0 ? alpha * (Math.Exp(x) - 1) : x),
        "thresholdedrelu" => x > alpha ? x : 0,
        "square" => x * x,
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        "tan" => Math.Tan(x),
        "asin" => Math.Asin(x),
        "acos" => Math.Acos(x),
        "atan" => Math.Atan(x),
        "sinh" => Math.Sinh(x),
        "cosh" => Math.Cosh(x),
        "asinh" => Math.Asinh(x),
        "acosh" => Math.Acosh(x),
        "atanh" => Math.Atanh(x),
        "celu" => Math.Max(x, 0) + Math.Min(0, alpha * ExpM1(x / alpha)),
        "mish" => double.IsNegativeInfinity(x) ? double.NaN : x * Mish(Math.Exp(Math.Min(x, 100))),
        "shrink" => x < -alpha ? x + beta : x > alpha ? x - beta : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private static double ExpM1(double x) => Math.Abs(x) < 1e-4 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    // tanh(ln(1 + e))
    private static double Mish(double e) => e * (e + 2) / ((e * (e + 2)) + 2);

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
