namespace Inference;

/// <summary>The files that are published with a model and belong to it. Obtained from <see cref="IModelRunner.GetService"/>: of the runner of one version. Thread-safe.</summary>
public interface IModelFiles
{
    /// <summary>Returns a file; null if the model has none of that kind.</summary>
    /// <param name="kind">What the file is for: <see cref="ModelFile.Profile"/>.</param>
    ModelFile? Find(string kind);
}
