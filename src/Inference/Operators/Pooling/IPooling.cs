using System.Numerics;

namespace Inference.Operators.Pooling;

/// <summary>A fold over the elements of a window.</summary>
internal interface IPooling
{
    C Start<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    C Step<C>(C accumulator, C x)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    /// <param name="accumulator">The fold.</param>
    /// <param name="inside">Elements of the window inside the input.</param>
    /// <param name="padded">Elements of the window inside the input and its pads.</param>
    C Finish<C>(C accumulator, long inside, long padded)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;
}
