using Inference.Security;

namespace Inference.Feedback;

/// <summary>Erases by name.</summary>
public static class ErasableExtensions
{
    /// <summary>Erases all that is kept about a subject; see <see cref="IErasable.EraseAsync"/>.</summary>
    /// <param name="erasable">What keeps it.</param>
    /// <param name="subject">The subject: <see cref="RunContext.Subject"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the erasure may go on.</param>
    public static ValueTask<ErasureReport> EraseAsync(this IErasable erasable, string subject, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasable);
        return erasable.EraseAsync(DataOwner.OfSubject(subject), cancellationToken);
    }

    /// <summary>Erases all that is kept about a tenant and its subjects; see <see cref="IErasable.EraseAsync"/>.</summary>
    /// <param name="erasable">What keeps it.</param>
    /// <param name="tenant">The tenant: <see cref="RunContext.Tenant"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the erasure may go on.</param>
    public static ValueTask<ErasureReport> EraseTenantAsync(this IErasable erasable, string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(erasable);
        return erasable.EraseAsync(DataOwner.OfTenant(tenant), cancellationToken);
    }
}
