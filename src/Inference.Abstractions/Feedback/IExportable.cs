using Inference.Security;

namespace Inference.Feedback;

/// <summary>Tells what is held about subjects and tenants. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IExportable
{
    /// <summary>Reads all that is held about a subject or a tenant, in order of time within each kind.</summary>
    /// <param name="owner">One subject or one tenant.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The owner is not one subject or one tenant.</exception>
    /// <exception cref="InferenceException">The store does not answer.</exception>
    IAsyncEnumerable<HeldRecord> ExportAsync(DataOwner owner, CancellationToken cancellationToken = default);
}
