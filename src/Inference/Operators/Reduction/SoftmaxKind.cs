namespace Inference.Operators.Reduction;

/// <summary>What is made of e^(x − max) along an axis.</summary>
internal enum SoftmaxKind
{
    Softmax,
    LogSoftmax,
    Hardmax,
}
