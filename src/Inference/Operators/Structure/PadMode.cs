namespace Inference.Operators.Structure;

/// <summary>What stands outside of a padded tensor.</summary>
internal enum PadMode
{
    Constant,
    Reflect,
    Edge,
    Wrap,
}
