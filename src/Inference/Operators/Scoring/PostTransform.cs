namespace Inference.Operators.Scoring;

/// <summary>What happens to the scores of a row at the end.</summary>
internal enum PostTransform
{
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}
