namespace Inference.Evaluation.Reading;

/// <summary>Rows from which a reading is decided: the source model's outputs, and the labels. Both are owned by the caller.</summary>
/// <param name="outputs">The model's outputs.</param>
/// <param name="labels">One row for each row of the outputs, numbers, bools or texts: [N], [N,1], [N,C] or [N,…].</param>
public sealed class ReadingSample(NamedValues outputs, TensorValue labels)
{
    /// <summary>The model's outputs.</summary>
    public NamedValues Outputs { get; } = outputs ?? throw new ArgumentNullException(nameof(outputs));

    /// <summary>One row for each row of the outputs.</summary>
    public TensorValue Labels { get; } = labels ?? throw new ArgumentNullException(nameof(labels));
}
