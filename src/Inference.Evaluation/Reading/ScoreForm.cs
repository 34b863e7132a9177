namespace Inference.Evaluation.Reading;

/// <summary>What the scores of classes are.</summary>
public enum ScoreForm
{
    /// <summary>There are none: the model answers labels alone.</summary>
    None,

    /// <summary>From 0 to 1; over several columns they sum to 1.</summary>
    Probability,

    /// <summary>Any numbers: probabilities are their softmax, or their sigmoid where there is one column.</summary>
    Logit,
}
