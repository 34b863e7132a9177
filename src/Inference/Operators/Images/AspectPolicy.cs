namespace Inference.Operators.Images;

/// <summary>What becomes of sizes that would change the aspect ratio.</summary>
internal enum AspectPolicy
{
    Stretch,
    NotLarger,
    NotSmaller,
}
