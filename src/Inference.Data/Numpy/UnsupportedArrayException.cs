namespace Inference.Data.Numpy;

/// <summary>An array is intact, but its elements cannot be rows for a model: it is omitted, and rejected if requested.</summary>
internal sealed class UnsupportedArrayException(string where, string reason) : InferenceException($"{where}: {reason}")
{
    /// <summary>What was expected, what came and what to do.</summary>
    public string Reason { get; } = reason;
}
