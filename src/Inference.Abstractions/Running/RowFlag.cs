namespace Inference;

/// <summary>A row of a call that broke a rule and was run all the same.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Row">The row, along axis 0, from 0; −1 where the input has no rows.</param>
/// <param name="Rule">What it broke: <c>nan</c>, <c>infinity</c>, <c>range</c> or <c>vocabulary</c>.</param>
/// <param name="IsReplaced">Whether the model saw replaced values.</param>
public readonly record struct RowFlag(string Input, int Row, string Rule, bool IsReplaced);
