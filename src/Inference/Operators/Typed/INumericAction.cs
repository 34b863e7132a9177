using System.Numerics;

namespace Inference.Operators.Typed;

/// <summary>Work to do once per numeric element type; a struct, so that each type gets its own code without reflection.</summary>
internal interface INumericAction
{
    void Invoke<E, T, C>()
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;
}
