using Inference.Security;

namespace Inference.Feedback;

/// <summary>Keeps data about subjects and tenants and erases it on request. Obtained from <see cref="IModelRunner.GetService"/>; erases what the stages below keep too. Thread-safe.</summary>
public interface IErasable
{
    /// <summary>Erases all that is kept about a subject or a tenant, so that it cannot be read from files either. Repeating it does no harm.</summary>
    /// <param name="owner">One subject (<see cref="RunContext.Subject"/>) or one tenant (<see cref="RunContext.Tenant"/>).</param>
    /// <param name="cancellationToken">Stops waiting; the erasure may go on.</param>
    /// <returns>What was erased.</returns>
    /// <exception cref="ArgumentException">The owner is not one subject or one tenant.</exception>
    /// <exception cref="InferenceException">The store does not answer: nothing, or not everything, was erased. Repeat it.</exception>
    ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default);
}
