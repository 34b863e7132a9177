namespace Inference;

/// <summary>Splits a model in two. Obtained from <see cref="IModelRunner.GetService"/>.</summary>
public interface IModelSplitter
{
    /// <summary>Splits the model into a branch that computes the values depending only on <paramref name="branchInputs"/>, and the rest.</summary>
    /// <param name="branchInputs">Names of inputs of the model.</param>
    /// <returns>The two parts, to be disposed by the caller before or after the whole model; null if no work, or all of it, depends only on those inputs.</returns>
    /// <remarks>Views and casts of an input do not count as work. Each part has its own batch axis and row independence; a default value that the branch reads is
    /// a constant of the branch.</remarks>
    /// <exception cref="InvalidInputException">A name is not an input of the model.</exception>
    ModelSplit? Split(IReadOnlyCollection<string> branchInputs);
}
