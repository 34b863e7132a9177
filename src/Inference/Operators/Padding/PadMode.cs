using Inference.Operators.Filling;

namespace Inference.Operators.Padding;

/// <summary>What stands outside of a padded tensor.</summary>
internal enum PadMode
{
    Constant,
    Reflect,
    Edge,
    Wrap,
}
