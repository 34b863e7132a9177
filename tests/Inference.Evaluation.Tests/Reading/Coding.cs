using Inference.Evaluation.Reading;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>A kind of model and a coding of labels.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="Positions">Positions a row.</param>
/// <param name="Outputs">Codes answers, [rows × positions] classes, as outputs.</param>
/// <param name="Labels">Codes true classes as labels.</param>
/// <param name="Options">What the caller says.</param>
internal sealed record Coding(string Name, int Classes, int Positions, Func<int[], Random, NamedValues> Outputs, Func<int[], TensorValue> Labels, ReadingOptions? Options = null);
