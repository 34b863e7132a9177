using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Gemm;

/// <summary>The part of an epilogue that tiles do not do in registers: bias by row and curved activations.</summary>
internal static unsafe class GemmF32Post
{
    /// <summary>Applies row bias and activation to C[rows, columns], whose first row is row <paramref name="m0"/>.</summary>
    public static void Run(in GemmEpilogue epilogue, float* c, nint ldc, nint m0, nint rows, nint columns)
    {
        for (nint i = 0; i < rows; i++, c += ldc)
        {
            if (epilogue.RowBias != null)
            {
                float bias = epilogue.RowBias[m0 + i];
                for (nint j = 0; j < columns; j++)
                {
                    c[j] += bias;
                }
            }

            Activations.Apply(epilogue.Activation, c, c, columns);
        }
    }
}
