namespace Inference.Operators.Typed;

/// <summary>What elements widen to without loss between two types.</summary>
internal enum WideForm
{
    Int64,
    UInt64,
    Single,
    Double,
}
