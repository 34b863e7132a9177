namespace Inference.Evaluation.Reading;

/// <summary>Specifies what a model predicts.</summary>
public enum ReadingTask
{
    /// <summary>One class per row, or per position of a row (masks, sequences with scores).</summary>
    Classes,

    /// <summary>Token ids, one per position.</summary>
    Tokens,

    /// <summary>Numbers: regression, or the scores of ranked lists.</summary>
    Values,

    /// <summary>Boxes x1, y1, x2, y2.</summary>
    Boxes,
}
