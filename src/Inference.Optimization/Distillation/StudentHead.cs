using Inference.Onnx;

namespace Inference.Optimization.Distillation;

/// <summary>An output of the teacher that the student learns: some columns of the student's last layer, and how they become the output.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Start">The first column.</param>
/// <param name="Width">The number of columns: elements of a row.</param>
/// <param name="RowShape">The output's dimensions after the rows; empty for rank 1.</param>
/// <param name="Type">The output's element type.</param>
/// <param name="Loss">What the columns are trained with.</param>
/// <param name="Probabilities">Whether the teacher returns probabilities: the student then ends in Sigmoid or Softmax.</param>
/// <param name="Mean">Of each column, if it is standardized for training (squared error); otherwise empty.</param>
/// <param name="Deviation">Of each column, likewise.</param>
internal sealed record StudentHead(string Name, int Start, int Width, long[] RowShape, OnnxElementType Type, StudentLoss Loss, bool Probabilities, float[] Mean, float[] Deviation);
