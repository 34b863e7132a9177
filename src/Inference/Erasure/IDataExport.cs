using Inference.Security;

namespace Inference.Erasure;

/// <summary>Exports what all registered models keep about a subject or a tenant. Registered by <c>AddDataErasure</c>. Thread-safe.</summary>
public interface IDataExport
{
    /// <summary>Writes all that is held, a JSON object in each line: <c>kind</c>, <c>model</c>, <c>predictionId</c>, <c>at</c>, <c>row</c>, <c>values</c>. NaN and infinities are texts. Models that are not loaded are loaded first.</summary>
    /// <param name="owner">One subject or one tenant.</param>
    /// <param name="to">Where it is written, as UTF-8; stays open.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <returns>The number of lines.</returns>
    /// <exception cref="ArgumentException">The owner is not one subject or one tenant.</exception>
    /// <exception cref="InferenceException">A model cannot be loaded, or a store does not answer.</exception>
    ValueTask<long> ExportAsync(DataOwner owner, Stream to, CancellationToken cancellationToken = default);
}
