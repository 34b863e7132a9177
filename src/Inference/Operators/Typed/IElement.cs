namespace Inference.Operators.Typed;

/// <summary>How an element type is computed with: stored as <typeparamref name="T"/>, calculated as <typeparamref name="C"/>. Half and BFloat16 calculate in float and round once.</summary>
internal unsafe interface IElement<T, C>
    where T : unmanaged
    where C : unmanaged
{
    static abstract C Load(T value);

    static abstract T Store(C value);

    /// <summary>to[i] = Load(from[i]) for i &lt; <paramref name="count"/>; the two do not overlap.</summary>
    static abstract void Load(T* from, C* to, int count);

    /// <summary>to[i] = Store(from[i]) for i &lt; <paramref name="count"/>; the two do not overlap.</summary>
    static abstract void Store(C* from, T* to, int count);
}
