namespace Inference;

/// <summary>Starts sequences.</summary>
public static class SequenceExtensions
{
    /// <summary>Starts a sequence of calls, between which the pipeline keeps the model's states. Its first call begins it, anew if there is one with its id.</summary>
    /// <param name="runner">The runner; its pipeline has sequences (<c>UseSequences</c>).</param>
    /// <param name="id">The sequence's id: 1 to 256 characters, unique among those of the same tenant.</param>
    /// <param name="initialStates">The states to begin with, by the names of the model's inputs; retained until the sequence is disposed. Null, and for names that are missing: those of the options.</param>
    /// <returns>The sequence, to be disposed by the caller.</returns>
    /// <exception cref="InferenceException">The pipeline keeps no states, or the model is not loaded yet.</exception>
    /// <exception cref="InvalidInputException">The id is empty or too long.</exception>
    public static Sequence StartSequence(this IModelRunner runner, string id, NamedValues? initialStates = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return runner.GetService<ISequences>() is not null
            ? new Sequence(runner, id, initialStates)
            : throw new InferenceException($"Model '{runner.Info.Name}': expected a pipeline that keeps states between calls, found none. Add UseSequences (package Inference.Sequences), under versioning in PerVersion, or pass the states as inputs.");
    }
}
