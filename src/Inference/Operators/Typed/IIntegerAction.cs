using System.Numerics;

namespace Inference.Operators.Typed;

/// <summary>Work to do once per integer element type of at least 8 bits.</summary>
internal interface IIntegerAction
{
    void Invoke<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
