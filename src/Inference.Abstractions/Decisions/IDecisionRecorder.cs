namespace Inference.Decisions;

/// <summary>Adds records to a model's decision log that have no effect on its versions, such as erasures and the use of keys. Obtained from <see cref="IModelRunner.GetService"/> of a versioned model. Thread-safe.</summary>
public interface IDecisionRecorder
{
    /// <summary>The maximum number of facts.</summary>
    const int MostFacts = 64;

    /// <summary>The maximum number of characters in all facts.</summary>
    const int LongestFacts = 16 * 1024;

    /// <summary>Adds a record; it is durable when this returns.</summary>
    /// <param name="action">The action: <see cref="DecisionActions.Erase"/>, <see cref="DecisionActions.Key"/>, <see cref="DecisionActions.Options"/>, or another that has no effect on versions; 1 to 128 characters.</param>
    /// <param name="version">The version concerned; empty for none.</param>
    /// <param name="actor">Who acted: 1 to 128 characters, no control characters; not one of <see cref="DecisionActors"/>.</param>
    /// <param name="reason">Why: 1 to 1,024 characters, no control characters.</param>
    /// <param name="facts">Further facts; null for none. Records are kept: they must not contain inputs or the names of persons.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    /// <exception cref="ArgumentException">An argument is not valid, or the action is one that changes versions.</exception>
    /// <exception cref="DecisionStoreException">The record could not be written.</exception>
    ValueTask RecordAsync(string action, string version, string actor, string reason, IReadOnlyDictionary<string, string>? facts = null, CancellationToken cancellationToken = default);
}
