namespace Inference.Operators.MatrixProduct;

/// <summary>What a step of an einsum does.</summary>
internal enum EinsumStepKind
{
    /// <summary>Target = A with its labels in another order, or the diagonal of repeated ones.</summary>
    Copy = 0,

    /// <summary>Target = Σ A over neighbouring labels.</summary>
    Sum = 1,

    /// <summary>Target = A · B, element by element, with broadcasting.</summary>
    Multiply = 2,

    /// <summary>Target = Σ A · B over the labels that are innermost in both, for each of the others.</summary>
    Dots = 3,

    /// <summary>Target = A × B, a matrix product for each of the labels that all three have.</summary>
    Product = 4,
}
