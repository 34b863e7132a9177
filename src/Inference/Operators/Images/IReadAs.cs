namespace Inference.Operators.Images;

/// <summary>How an element is read to be calculated with.</summary>
internal interface IReadAs<T, W>
{
    static abstract W Read(T value);
}
