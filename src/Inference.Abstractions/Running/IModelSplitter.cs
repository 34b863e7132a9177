namespace Inference;

/// <summary>Cuts a model in two. Reached by <see cref="IModelRunner.GetService"/>.</summary>
public interface IModelSplitter
{
    /// <summary>Cuts where the values that depend on <paramref name="branchInputs"/> alone end: a branch that computes those values, and the rest.</summary>
    /// <param name="branchInputs">Names of inputs of the model.</param>
    /// <returns>The two parts, to be disposed by the caller, before or after the whole; null where no work depends on those inputs alone, or where all of it does.</returns>
    /// <remarks>Views and casts of an input are no work. Each part states its own batch axis and whether its rows are independent; a default that the branch reads is
    /// fixed in it.</remarks>
    /// <exception cref="InvalidInputException">A name is not an input of the model.</exception>
    ModelSplit? Split(IReadOnlyCollection<string> branchInputs);
}
