using System.Numerics;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>A function of two numbers of one type.</summary>
internal interface IBinaryFunction<TSelf>
    where TSelf : struct, IBinaryFunction<TSelf>
{
    /// <summary>Work of an element in additions of f32.</summary>
    static virtual int Cost => 1;

    C Apply<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    /// <summary>Whether <see cref="Vector"/> gives what <see cref="Apply"/> gives, lane by lane, for this type.</summary>
    static virtual bool HasVector<C>() => false;

    static virtual Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C> => a;
}
