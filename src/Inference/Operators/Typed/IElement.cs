namespace Inference.Operators.Typed;

/// <summary>How an element type is computed with: stored as <typeparamref name="T"/>, calculated as <typeparamref name="C"/>. Half and BFloat16 calculate in float and round once.</summary>
internal interface IElement<T, C>
    where T : unmanaged
    where C : unmanaged
{
    static abstract C Load(T value);

    static abstract T Store(C value);
}
