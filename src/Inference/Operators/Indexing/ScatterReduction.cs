namespace Inference.Operators.Indexing;

/// <summary>What scattered values do to those that are there.</summary>
internal enum ScatterReduction
{
    None,
    Add,
    Mul,
    Max,
    Min,
}
