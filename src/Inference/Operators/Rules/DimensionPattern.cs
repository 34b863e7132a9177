namespace Inference.Operators.Rules;

/// <summary>One place of a <see cref="ShapePattern"/>.</summary>
/// <param name="Variable">The letter that stands for the size (or, for a run, for its sizes); null where nothing has to be equal.</param>
/// <param name="Size">A size that is required, or allowed beside the variable's; null for none.</param>
/// <param name="IsRun">Whether it stands for any number of dimensions.</param>
internal sealed record DimensionPattern(string? Variable, long? Size, bool IsRun)
{
    public override string ToString() => $"{(IsRun ? "*" : "")}{Variable ?? (Size is null && !IsRun ? "_" : "")}{(Size is { } size ? Variable is null ? $"{size}" : $"/{size}" : "")}";
}
