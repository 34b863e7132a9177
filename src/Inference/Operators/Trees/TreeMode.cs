namespace Inference.Operators.Trees;

/// <summary>How a tree node decides.</summary>
internal enum TreeMode
{
    LessOrEqual = 0,
    Less = 1,
    GreaterOrEqual = 2,
    Greater = 3,
    Equal = 4,
    NotEqual = 5,
    Member = 6,
    Leaf = 7,
}
