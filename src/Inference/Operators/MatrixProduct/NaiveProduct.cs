using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.MatrixProduct;

/// <summary>C[M,N] += α·op(A)·op(B) for element types without a kernel of their own; rows of B are walked in order.</summary>
internal static unsafe class NaiveProduct
{
    private const int RowWork = 4;

    public static void Run<C>(C* a, bool transA, C* b, bool transB, C* c, long m, long n, long k, C alpha)
        where C : unmanaged, INumber<C>
    {
        if (n == 0)
        {
            return;
        }

        var work = default(WorkCounter);
        for (long i = 0; i < m; i++)
        {
            C* row = c + i * n;
            for (long p = 0; p < k; p++)
            {
                work.Add(RowWork + n);
                C value = alpha * (transA ? a[p * m + i] : a[i * k + p]);
                if (transB)
                {
                    for (long j = 0; j < n; j++)
                    {
                        row[j] += value * b[j * k + p];
                    }
                }
                else
                {
                    C* line = b + p * n;
                    AddScaled(row, line, value, n);
                }
            }
        }
    }

    // At its full speed from the first call on: else its slow form would be counted as fast.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled<C>(C* row, C* line, C value, long n)
        where C : unmanaged, INumber<C>
    {
        long j = 0;
        var factor = new Vector<C>(value);
        for (; j <= n - Vector<C>.Count; j += Vector<C>.Count)
        {
            (Vector.Load(row + j) + factor * Vector.Load(line + j)).Store(row + j);
        }

        for (; j < n; j++)
        {
            row[j] += value * line[j];
        }
    }
}
