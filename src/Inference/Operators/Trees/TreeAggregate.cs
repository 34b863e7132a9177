namespace Inference.Operators.Trees;

/// <summary>How the weights of the leaves that a row reaches are put together.</summary>
internal enum TreeAggregate
{
    Average = 0,
    Sum = 1,
    Min = 2,
    Max = 3,
}
