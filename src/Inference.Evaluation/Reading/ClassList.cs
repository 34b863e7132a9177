namespace Inference.Evaluation.Reading;

/// <summary>The classes of a model and the label value of each, in order.</summary>
internal sealed record ClassList(IReadOnlyList<string> Labels, IReadOnlyList<string> Model, LabelCoding Coding, string Note);
