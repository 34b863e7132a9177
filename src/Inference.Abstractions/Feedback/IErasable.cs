namespace Inference.Feedback;

/// <summary>Keeps data about subjects and erases it on request. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IErasable
{
    /// <summary>Erases all that is kept about a subject, so that it cannot be read from files either. Repeating it does no harm.</summary>
    /// <param name="subject">The subject: <see cref="RunContext.Subject"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the erasure may go on.</param>
    /// <returns>What was erased.</returns>
    /// <exception cref="InferenceException">The store does not answer: nothing, or not everything, was erased. Repeat it.</exception>
    ValueTask<ErasureReport> EraseAsync(string subject, CancellationToken cancellationToken = default);
}
