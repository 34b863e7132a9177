namespace Inference.Evaluation.Reading;

/// <summary>Specifies the form of class scores.</summary>
public enum ScoreForm
{
    /// <summary>There are none: the model returns labels only.</summary>
    None,

    /// <summary>Probabilities, 0 to 1; several columns sum to 1.</summary>
    Probability,

    /// <summary>Logits, any numbers: probabilities are their softmax, or their sigmoid if there is one column.</summary>
    Logit,
}
