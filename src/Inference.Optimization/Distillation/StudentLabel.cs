using Inference.Onnx;

namespace Inference.Optimization.Distillation;

/// <summary>An integer output of the teacher that is the class of its greatest score.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="RowShape">Its dimensions after the rows: none, or ones.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Scores">The output of scores that it follows.</param>
/// <param name="Classes">The label of each column of scores.</param>
internal sealed record StudentLabel(string Name, long[] RowShape, OnnxElementType Type, string Scores, long[] Classes);
