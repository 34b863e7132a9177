namespace Inference.Operators.Typed;

/// <summary>Work that only moves elements: once per element size (1, 2, 4, 8, 16 bytes) and once for strings.</summary>
internal interface IBitsAction
{
    void Invoke<T>();
}
