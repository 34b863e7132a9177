using System.Numerics.Tensors;

namespace Inference.Optimization.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix: Householder reflections to a tridiagonal matrix, then implicit QL steps with Wilkinson's shift. Every inner loop runs along rows, so that it is vectorized; equal matrices give
/// equal results. Source: Golub and Van Loan, "Matrix Computations", 4th edition, 8.3.
/// </summary>
internal static class SymmetricEigen
{
    // Of the steps for one eigenvalue; two or three are usual.
    private const int MostSteps = 100;

    // The unit roundoff of a double.
    private const double Roundoff = 1.1102230246251565e-16;

    /// <param name="matrix">[n,n] row-major, symmetric; overwritten.</param>
    /// <param name="n">The number of rows.</param>
    /// <returns>The eigenvalues in descending order, and the eigenvectors as rows [n,n] of length 1, each with a positive greatest component.</returns>
    public static (double[] Values, double[] Vectors) Solve(double[] matrix, int n)
    {
        var diagonal = new double[n];
        var beside = new double[n];
        var vectors = new double[(long)n * n];
        for (int i = 0; i < n; i++)
        {
            vectors[((long)i * n) + i] = 1;
        }

        List<(int Start, double[] Direction)> reflections = Tridiagonalize(matrix, n, diagonal, beside);
        Diagonalize(diagonal, beside, vectors, n);
        for (int i = reflections.Count - 1; i >= 0; i--)
        {
            (int start, double[] v) = reflections[i];
            for (int row = 0; row < n; row++)
            {
                Span<double> part = vectors.AsSpan((row * n) + start, n - start);
                TensorPrimitives.MultiplyAdd(v, -2 * TensorPrimitives.Dot<double>(part, v), part, part);
            }
        }

        return Sorted(diagonal, vectors, n);
    }

    // A ← H·A·H with H = I − 2·v·vᵀ, for one column after another.
    private static List<(int Start, double[] Direction)> Tridiagonalize(double[] a, int n, double[] diagonal, double[] beside)
    {
        var reflections = new List<(int, double[])>();
        for (int k = 0; k < n; k++)
        {
            diagonal[k] = a[(k * n) + k];
            int rest = n - k - 1;
            if (rest == 0)
            {
                break;
            }

            ReadOnlySpan<double> x = a.AsSpan((k * n) + k + 1, rest);
            double norm = TensorPrimitives.Norm(x);
            if (rest == 1 || TensorPrimitives.Norm(x[1..]) == 0)
            {
                beside[k] = x[0];
                continue;
            }

            beside[k] = x[0] > 0 ? -norm : norm;
            double[] v = x.ToArray();
            v[0] -= beside[k];
            TensorPrimitives.Divide(v, TensorPrimitives.Norm<double>(v), v);
            var w = new double[rest];
            for (int i = 0; i < rest; i++)
            {
                w[i] = TensorPrimitives.Dot<double>(a.AsSpan(((k + 1 + i) * n) + k + 1, rest), v);
            }

            TensorPrimitives.MultiplyAdd(v, -TensorPrimitives.Dot<double>(w, v), w, w);
            for (int i = 0; i < rest; i++)
            {
                Span<double> row = a.AsSpan(((k + 1 + i) * n) + k + 1, rest);
                TensorPrimitives.MultiplyAdd(v, -2 * w[i], row, row);
                TensorPrimitives.MultiplyAdd(w, -2 * v[i], row, row);
            }

            reflections.Add((k + 1, v));
        }

        return reflections;
    }

    private static void Diagonalize(double[] diagonal, double[] beside, double[] vectors, int n)
    {
        // What is below the rounding of the largest element is zero: matrices of low rank have many such.
        double zero = Roundoff * n * Enumerable.Range(0, n).Max(i => Math.Abs(diagonal[i]) + Math.Abs(beside[i])) * 1e-3;
        var kept = new double[n];
        for (int low = 0; low < n; low++)
        {
            for (int step = 0; ; step++)
            {
                int high = low;
                while (high < n - 1 && Math.Abs(beside[high]) > Math.Max(zero, Roundoff * (Math.Abs(diagonal[high]) + Math.Abs(diagonal[high + 1]))))
                {
                    high++;
                }

                if (high == low)
                {
                    break;
                }

                if (step == MostSteps)
                {
                    throw new OptimizationException($"Factorization: expected eigenvalues within {MostSteps} steps, got none. The rows hold values that are too large or not finite; check the data.");
                }

                Step(diagonal, beside, vectors, n, low, high, kept);
            }
        }
    }

    // One implicit QL step on the rows low to high, by rotations from the end.
    private static void Step(double[] d, double[] e, double[] vectors, int n, int low, int high, double[] kept)
    {
        double half = (d[low + 1] - d[low]) / (2 * e[low]);
        double shift = d[low] - (e[low] / (half + Math.CopySign(double.Hypot(half, 1), half)));
        double g = d[high] - shift, sine = 1, cosine = 1, moved = 0;
        for (int i = high - 1; i >= low; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            double r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= moved;
                e[high] = 0;
                return;
            }

            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - moved;
            r = ((d[i] - g) * sine) + (2 * cosine * b);
            moved = sine * r;
            d[i + 1] = g + moved;
            g = (cosine * r) - b;
            Rotate(vectors.AsSpan(i * n, n), vectors.AsSpan((i + 1) * n, n), sine, cosine, kept);
        }

        d[low] -= moved;
        e[low] = g;
        e[high] = 0;
    }

    private static void Rotate(Span<double> first, Span<double> second, double sine, double cosine, Span<double> kept)
    {
        first.CopyTo(kept);
        TensorPrimitives.Multiply(first, cosine, first);
        TensorPrimitives.MultiplyAdd(second, -sine, first, first);
        TensorPrimitives.Multiply(second, cosine, second);
        TensorPrimitives.MultiplyAdd(kept, sine, second, second);
    }

    private static (double[] Values, double[] Vectors) Sorted(double[] values, double[] vectors, int n)
    {
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => values[i]).ThenBy(i => i)];
        var sorted = new double[vectors.LongLength];
        for (int i = 0; i < n; i++)
        {
            Span<double> row = sorted.AsSpan(i * n, n);
            vectors.AsSpan(order[i] * n, n).CopyTo(row);
            if (row[TensorPrimitives.IndexOfMaxMagnitude<double>(row)] < 0)
            {
                TensorPrimitives.Negate(row, row);
            }
        }

        return ([.. order.Select(i => values[i])], sorted);
    }
}
