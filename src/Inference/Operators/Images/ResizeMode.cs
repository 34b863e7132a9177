namespace Inference.Operators.Images;

/// <summary>How values between elements are found.</summary>
internal enum ResizeMode
{
    Nearest,
    Linear,
    Cubic,
}
