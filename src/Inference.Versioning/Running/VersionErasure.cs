using Inference.Feedback;
using Inference.Versioning.Leasing;
using Inference.Versioning.Repository;

namespace Inference.Versioning.Running;

/// <summary>Erases what the stages of all loaded versions keep about a subject, and records that it was done. What stages around the versions keep they erase themselves, before they ask here.</summary>
internal sealed class VersionErasure(RepositoryController controller) : IErasable
{
    public async ValueTask<ErasureReport> EraseAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        var erased = new ErasureReport(subject, 0, 0, 0);
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
                    ErasureReport one = await stages.EraseAsync(subject, cancellationToken).ConfigureAwait(false);
                    erased = erased with { Predictions = erased.Predictions + one.Predictions, Reports = erased.Reports + one.Reports, Exemplars = erased.Exemplars + one.Exemplars };
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
