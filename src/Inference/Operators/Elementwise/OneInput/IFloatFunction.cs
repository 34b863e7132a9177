using System.Numerics;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>A function of one floating-point number and two parameters.</summary>
internal interface IFloatFunction
{
    static abstract C Apply<C>(C x, C alpha, C beta)
        where C : unmanaged, IFloatingPointIeee754<C>;

    /// <summary>The same over f32 arrays where that is faster than one by one; null where there is no such form.</summary>
    static abstract UnaryFunction? Single { get; }

    /// <summary>Whether there is <see cref="Wide"/>.</summary>
    static abstract bool HasWide { get; }

    /// <summary>The same on vectors of double.</summary>
    static abstract Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta);
}
