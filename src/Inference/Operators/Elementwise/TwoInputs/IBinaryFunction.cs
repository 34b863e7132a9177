using System.Numerics;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>A function of two numbers of one type.</summary>
internal interface IBinaryFunction<TSelf>
    where TSelf : struct, IBinaryFunction<TSelf>
{
    /// <summary>Work of an element in additions of f32.</summary>
    static abstract int Cost { get; }

    C Apply<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    /// <summary>Whether <see cref="Vector"/> gives what <see cref="Apply"/> gives, lane by lane, for this type.</summary>
    static abstract bool HasVector<C>();

    static abstract Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>;
}
