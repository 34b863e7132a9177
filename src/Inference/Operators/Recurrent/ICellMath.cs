using System.Numerics;
using Inference.Kernels.Gemm;

namespace Inference.Operators.Recurrent;

/// <summary>What a recurrent cell needs of a floating-point type.</summary>
internal unsafe interface ICellMath<C>
    where C : unmanaged, IFloatingPointIeee754<C>
{
    /// <summary>c[M,N] = a[M,K] × bᵀ + bias[N] + residual[M,N] for b [N,K]; <paramref name="packed"/>, where given, holds b. Bias and residual may be null.</summary>
    static abstract void Multiply(C* a, PackedMatrix? packed, C* b, C* c, nint ldc, nint m, nint n, nint k, C* bias, C* residual, nint residualStride, KernelContext context);

    /// <summary>x = f(x).</summary>
    static abstract void Activate(UnaryCall activation, C* x, nint count);
}
