namespace Inference.Operators.Loss;

/// <summary>How the losses of all positions become the output.</summary>
internal enum LossReduction
{
    None,
    Sum,
    Mean,
}
