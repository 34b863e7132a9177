using Inference.Monitoring.Feedback;
using Inference.Monitoring.Retraining;
using Inference.Security;

namespace Inference.Monitoring;

/// <summary>The folder: who has it, and what is deleted from it.</summary>
public sealed partial class RetrainingTrigger
{
    /// <summary>Deletes the bundles that hold rows of a subject or a tenant. One that is being trained from is deleted too: the training may fail, and is then tried again without them.</summary>
    internal async ValueTask EraseAsync(DataOwner owner, CancellationToken cancellationToken)
    {
        await _bundles.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string name = (owner.Subject ?? owner.Tenant)!;
            name = _runner.GetService<ISubjectHash>()?.HashOf(name) ?? name;
            _writer.Erase(owner.Subject is null ? LabelledRows.OwnerOfTenant(name) : name);
        }
        finally
        {
            _bundles.Release();
        }
    }

    // Takes the folder and reads the state, unless that was done; the caller holds the lock. The model serves without; each check tries again.
    private bool Open()
    {
        if (_opened)
        {
            return true;
        }

        try
        {
            _file.Open();
            RetrainingMemory memory = _file.Read(out string? damage);
            if (memory.ModelName.Length > 0 && memory.ModelName != _modelName)
            {
                throw new MonitoringException($"{_file.Folder}: expected the state of model '{_modelName}', got that of '{memory.ModelName}'. Put {{model}} in Directory, or let each model have a folder of its own.");
            }

            if (damage is not null)
            {
                LogDamaged(_logger, _modelName, damage);
            }

            if (memory.Mark is { } mark)
            {
                ProcessTree.Kill(CommandRun.MarkOf(mark));
            }

            _writer.CleanUp();
            if (memory.Running.Count > 0)
            {
                memory = RetrainingPlan.End(memory, "it was interrupted by the end of the process", _clock.GetUtcNow());
                LogInterrupted(_logger, _modelName);
            }

            _memory = _memory.Reasons.Aggregate(memory with { ModelName = _modelName, Mark = null, Labels = memory.Labels + _memory.Labels }, RetrainingPlan.With);
            _opened = true;
            Trouble(null);
            return true;
        }
        catch (Exception exception) when (exception is MonitoringException or IOException or UnauthorizedAccessException)
        {
            _file.Dispose();
            Trouble(exception.Message);
            return false;
        }
    }

    // A bundle that cannot be deleted is tried again at the next check.
    private void Keep(RetrainingOptions options, DateTimeOffset now)
    {
        if (!_bundles.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            _writer.Keep(options.KeepBundles, now - options.Retention);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(_logger, _modelName, exception.Message);
        }
        finally
        {
            _bundles.Release();
        }
    }
}
