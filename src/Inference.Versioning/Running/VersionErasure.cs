using Inference.Feedback;
using Inference.Security;
using Inference.Versioning.Leasing;
using Inference.Versioning.Repository;

namespace Inference.Versioning.Running;

/// <summary>Erases what the stages of all loaded versions keep about a subject or a tenant, and records that it was done. What stages around the versions keep they erase themselves, before they ask here.</summary>
internal sealed class VersionErasure(RepositoryController controller) : IErasable
{
    public async ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        var erased = new ErasureReport(owner);
        foreach (VersionSlot slot in controller.LoadedSlots)
        {
            if (!slot.TryAcquire())
            {
                continue;
            }

            try
            {
                if (slot.Runner.GetService<IErasable>() is { } stages)
                {
                    erased = erased.With(await stages.EraseAsync(owner, cancellationToken).ConfigureAwait(false));
                }
            }
            finally
            {
                slot.Release();
            }
        }

        await controller.RecordErasureAsync(erased, cancellationToken).ConfigureAwait(false);
        return erased;
    }
}
