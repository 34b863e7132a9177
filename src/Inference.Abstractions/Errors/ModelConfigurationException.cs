namespace Inference;

/// <summary>A key of the configuration is unknown, missing, in the wrong place or has a value of another type.</summary>
/// <param name="path">The path of the key, such as <c>Models:ranker:PerVersion:1:MaxRow</c>.</param>
/// <param name="problem">What was expected, what was found, and what to do.</param>
/// <param name="innerException">The cause; null for none.</param>
public class ModelConfigurationException(string path, string problem, Exception? innerException = null) : InferenceException($"{path}: {problem}", innerException)
{
    /// <summary>The path of the key.</summary>
    public string Path { get; } = path;
}
