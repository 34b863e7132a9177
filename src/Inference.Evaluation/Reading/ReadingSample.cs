namespace Inference.Evaluation.Reading;

/// <summary>Some rows by which a reading is decided: what the source model answered, and the labels. Both stay the caller's.</summary>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="Labels">One row for each row of the outputs, numbers, bools or texts: [N], [N,1], [N,C] or [N,…].</param>
public sealed record ReadingSample(NamedValues Outputs, TensorValue Labels);
