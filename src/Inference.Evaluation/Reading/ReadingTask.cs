namespace Inference.Evaluation.Reading;

/// <summary>What a model answers.</summary>
public enum ReadingTask
{
    /// <summary>One class a row, or one a position of a row (masks, sequences with scores).</summary>
    Classes,

    /// <summary>Token ids, one a position.</summary>
    Tokens,

    /// <summary>Numbers: regression, or scores of ranked lists.</summary>
    Values,

    /// <summary>Boxes x1, y1, x2, y2.</summary>
    Boxes,
}
