namespace Inference.Operators.Images;

/// <summary>What stands outside of a sampled tensor.</summary>
internal enum GridPadding
{
    Zeros,
    Border,
    Reflection,
}
