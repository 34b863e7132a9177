using System.Numerics;

namespace Inference.Operators.Typed;

/// <summary>Work to do once per floating-point element type.</summary>
internal interface IFloatAction
{
    void Invoke<E, T, C>()
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>;
}
