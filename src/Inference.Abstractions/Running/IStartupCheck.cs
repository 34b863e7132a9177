namespace Inference;

/// <summary>
/// A stage that refers to other models, such as a fallback or a cascade, and checks them after all models are loaded. Reached by <see cref="IModelRunner.GetService"/>, which returns the outermost
/// implementation; each implementation checks its own references and then calls the next one below.
/// </summary>
public interface IStartupCheck
{
    /// <summary>Checks that the models to which this stage and the stages below it refer exist and are compatible. Called when the host starts, after all models are loaded; if some load in the background, after those.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="InferenceException">A model is missing or not compatible.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken = default);
}
