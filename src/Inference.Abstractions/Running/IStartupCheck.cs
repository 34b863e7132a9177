namespace Inference;

/// <summary>
/// A stage that depends on other models and checks them once all are loaded: a fallback's targets, a cascade's small model. Reached by <see cref="IModelRunner.GetService"/>, which finds the outermost
/// one; each implementation checks itself and then the next one below.
/// </summary>
public interface IStartupCheck
{
    /// <summary>Checks that everything this stage, and those below it, refer to is there and fits. Called at host start when all models are loaded; a model that loads in the background is checked later.</summary>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="InferenceException">Something is missing or does not fit; the message says what.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken = default);
}
