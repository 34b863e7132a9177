namespace Inference.Evaluation.Reading;

/// <summary>Rows from which a reading is decided: the source model's outputs, and the labels. Both are owned by the caller.</summary>
/// <param name="Outputs">The model's outputs.</param>
/// <param name="Labels">One row for each row of the outputs, numbers, bools or texts: [N], [N,1], [N,C] or [N,…].</param>
public sealed record ReadingSample(NamedValues Outputs, TensorValue Labels);
