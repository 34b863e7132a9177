using Inference.Security;

namespace Inference.Erasure;

/// <summary>Erases what all registered models, their caches and stores keep about a subject or a tenant. Registered by <c>AddDataErasure</c>. Thread-safe.</summary>
public interface IDataErasure
{
    /// <summary>
    /// Destroys the owner's key, if <see cref="ISubjectKeys"/> are registered, has every model that is loaded erase (<see cref="Feedback.IErasable"/>), records the erasure in the models' decision logs without the name, and signs a receipt.
    /// Models that are not loaded keep nothing in memory, and what they stored cannot be decrypted any more. Repeating it does no harm.
    /// </summary>
    /// <param name="owner">One subject or one tenant.</param>
    /// <param name="actor">Who asked for it: 1 to 128 characters, no control characters.</param>
    /// <param name="reason">Why, such as the number of the request: 1 to 1,024 characters, no control characters; without the owner's name.</param>
    /// <param name="cancellationToken">Stops waiting; parts may be erased.</param>
    /// <returns>The receipt.</returns>
    /// <exception cref="ArgumentException">An argument is not valid.</exception>
    /// <exception cref="InferenceException">A part could not be erased; the message names it. The others were erased. Repeat it.</exception>
    ValueTask<ErasureReceipt> EraseAsync(DataOwner owner, string actor, string reason, CancellationToken cancellationToken = default);
}
