namespace Inference.LowRank;

/// <summary>The leading left subspace of a matrix by orthogonal iteration: Q ← orth(W·Wᵀ·Q). Source: Halko, Martinsson and Tropp, SIAM Review 53 (2011), algorithm 4.4.</summary>
internal static class SubspaceIteration
{
    private const int Rounds = 8;

    /// <summary>A [inputs, rank] with orthonormal columns and B = Aᵀ × W [rank, outputs].</summary>
    public static (float[] A, float[] B) Factor(ReadOnlySpan<float> w, int inputs, int outputs, int rank)
    {
        var random = new Random(1);
        var q = new double[rank][];
        for (int j = 0; j < rank; j++)
        {
            q[j] = new double[inputs];
            for (int i = 0; i < inputs; i++)
            {
                q[j][i] = random.NextDouble() - 0.5;
            }
        }

        Orthonormalize(q, random);
        var image = new double[outputs];
        for (int round = 0; round < Rounds; round++)
        {
            foreach (double[] direction in q)
            {
                Down(w, direction, image);
                Up(w, image, direction);
            }

            Orthonormalize(q, random);
        }

        var a = new float[inputs * rank];
        var b = new float[rank * outputs];
        for (int j = 0; j < rank; j++)
        {
            for (int i = 0; i < inputs; i++)
            {
                a[(i * rank) + j] = (float)q[j][i];
            }

            Down(w, q[j], image);
            for (int n = 0; n < outputs; n++)
            {
                b[(j * outputs) + n] = (float)image[n];
            }
        }

        return (a, b);
    }

    // y = Wᵀ x.
    private static void Down(ReadOnlySpan<float> w, double[] x, double[] y)
    {
        Array.Clear(y);
        for (int i = 0; i < x.Length; i++)
        {
            ReadOnlySpan<float> row = w.Slice(i * y.Length, y.Length);
            for (int n = 0; n < y.Length; n++)
            {
                y[n] += x[i] * row[n];
            }
        }
    }

    // y = W x.
    private static void Up(ReadOnlySpan<float> w, double[] x, double[] y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            ReadOnlySpan<float> row = w.Slice(i * x.Length, x.Length);
            double sum = 0;
            for (int n = 0; n < x.Length; n++)
            {
                sum += row[n] * x[n];
            }

            y[i] = sum;
        }
    }

    // Gram and Schmidt, twice; a direction that vanishes (the matrix has a lower rank) becomes a random one.
    private static void Orthonormalize(double[][] q, Random random)
    {
        for (int j = 0; j < q.Length; j++)
        {
            double before = Math.Sqrt(Dot(q[j], q[j]));
            for (int pass = 0; pass < 2; pass++)
            {
                for (int p = 0; p < j; p++)
                {
                    double along = Dot(q[p], q[j]);
                    for (int i = 0; i < q[j].Length; i++)
                    {
                        q[j][i] -= along * q[p][i];
                    }
                }
            }

            double norm = Math.Sqrt(Dot(q[j], q[j]));
            if (norm <= 1e-12 * before || norm == 0)
            {
                for (int i = 0; i < q[j].Length; i++)
                {
                    q[j][i] = random.NextDouble() - 0.5;
                }

                j--;
                continue;
            }

            for (int i = 0; i < q[j].Length; i++)
            {
                q[j][i] /= norm;
            }
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
