using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Results;

/// <summary>to[i,j] = from[i,j] · (scale[j] · row scale[i]) + bias[j] for rows of s32 sums.</summary>
internal readonly unsafe struct DequantizeSumsBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<DequantizeSumsBody>("dequantize_sums");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        int width = job.Width;
        nint ldy = job.Ldy;
        nint columns = job.Columns;
        float* scale = job.Scale;
        float* bias = job.Bias;
        bool perColumn = job.ScalePerColumn;
        float* rowScale = job.RowScale;
        int* from = job.From + (first * width);
        float* to = job.To + (first * ldy);
        for (nint i = first; i < end; i++, from += width, to += ldy)
        {
            float row = rowScale == null ? 1f : rowScale[i];
            nint j = perColumn
                ? Vectors<S, V>(from, to, scale, true, row, bias, 0, columns)
                : Vectors<S, V>(from, to, scale, false, row, bias, 0, columns);
            if (S.Lanes > 8 && j + 8 <= columns)
            {
                j = Vectors<Simd256, Vector256<float>>(from, to, scale, perColumn, row, bias, j, columns);
            }

            Vectors<Simd1, float>(from, to, scale, perColumn, row, bias, j, columns);
        }
    }

    // Columns from `j` in whole vectors; returns the column after them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Vectors<S, V>(int* from, float* to, float* scale, bool perColumn, float rowScale, float* bias, nint j, nint columns)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        V row = S.Splat(rowScale);
        for (; j + S.Lanes <= columns; j += S.Lanes)
        {
            V x = S.Mul(S.LoadInts(from + j, 0), S.Mul(perColumn ? S.Load(scale + j) : S.Splat(*scale), row));
            S.Store(to + j, bias == null ? x : S.Add(x, S.Load(bias + j)));
        }

        return j;
    }

    internal struct Job
    {
        public int* From;
        public int Width;
        public float* To;
        public nint Ldy;
        public int Columns;
        public float* Scale;
        public bool ScalePerColumn;
        public float* RowScale;
        public float* Bias;
    }
}
