namespace Inference;

/// <summary>A row of a call that violated a validation rule but was run.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Row">The row along axis 0, from 0; −1 if the input has no rows.</param>
/// <param name="Rule">The rule violated: <c>nan</c>, <c>infinity</c>, <c>range</c> or <c>vocabulary</c>.</param>
/// <param name="IsReplaced">Whether the model received replaced values.</param>
public readonly record struct RowFlag(string Input, int Row, string Rule, bool IsReplaced);
