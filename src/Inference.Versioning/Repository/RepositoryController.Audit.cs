using Inference.Decisions;
using Inference.Feedback;
using Inference.Versioning.Audit;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

// Records that have no effect on versions.
internal sealed partial class RepositoryController : IDecisionRecorder
{
    // An action is one word in a log.
    private const int LongestAction = 128;

    private VersioningOptions? _optionsBefore;
    private bool _areOptionsNoted;

    public async ValueTask RecordAsync(string action, string version, string actor, string reason, IReadOnlyDictionary<string, string>? facts = null, CancellationToken cancellationToken = default)
    {
        RequireRecord(action, version, facts ??= new Dictionary<string, string>());
        Require(actor, reason);
        var record = new Decision
        {
            At = _setup.Clock.GetUtcNow(),
            Action = action,
            Version = version,
            Actor = actor,
            Reason = reason,
            Facts = new Dictionary<string, string>(facts, StringComparer.Ordinal),
        };
        _ = Decision.ComputeHash(record);
        await AppendAsync(() => record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records an erasure: how much of the stages of versions, never whose.</summary>
    /// <exception cref="DecisionStoreException">The record could not be written. Erase again: that does no harm, and is recorded.</exception>
    public ValueTask RecordErasureAsync(ErasureReport erased, CancellationToken cancellationToken) => AppendAsync(() => Draft().Erase(erased), cancellationToken);

    private async ValueTask AppendAsync(Func<Decision> make, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await OpenAsync(scan: false, cancellationToken).ConfigureAwait(false);
            while (!await _log.TryAppendAsync(make(), holdsUnwritten: false, cancellationToken).ConfigureAwait(false))
            {
                // Another record was added first.
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static void RequireRecord(string action, string version, IReadOnlyDictionary<string, string> facts)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(action);
        ArgumentNullException.ThrowIfNull(version);
        if (action.Length > LongestAction || action is DecisionActions.Default or DecisionActions.Promote or DecisionActions.Rollback or DecisionActions.Canary or DecisionActions.Label or DecisionActions.Refused
            or DecisionActions.Load or DecisionActions.Publish or DecisionActions.Checkpoint or DecisionActions.Signature)
        {
            throw new ArgumentException($"Expected an action of at most {LongestAction} characters that has no effect on versions, got '{action}'. Use IModelVersions for versions.", nameof(action));
        }

        if (version.Length > LongestAction || facts.Count > IDecisionRecorder.MostFacts || facts.ContainsKey(State.DecisionFacts.Options) || facts.Sum(static f => f.Key.Length + (f.Value?.Length ?? 0)) > IDecisionRecorder.LongestFacts)
        {
            throw new ArgumentException(
                $"Expected a version of at most {LongestAction} characters, and at most {IDecisionRecorder.MostFacts} facts of {IDecisionRecorder.LongestFacts} characters in total, none of them named '{State.DecisionFacts.Options}'. Record less.", nameof(facts));
        }
    }

    /// <summary>Records that the options changed, once for all processes that share the log. Called under the gate.</summary>
    private async ValueTask NoteOptionsAsync()
    {
        VersioningOptions? before = Interlocked.Exchange(ref _optionsBefore, null);
        string changes = before is null ? "" : OptionsText.Changes(before, Options);
        bool isFirst = !_areOptionsNoted;
        _areOptionsNoted = true;
        if (changes.Length > 0 || (isFirst && _log.Current.Options is not null))
        {
            await NoteAsync(DecisionActions.Options, () => _log.Current.Options == OptionsText.Hash(Options)
                ? null
                : Draft().ChangeOptions(before is null ? "the options differ from those that were recorded last" : "the configuration changed", changes)).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a record that has no effect: what it states holds whether or not it can be written. Called under the gate.</summary>
    private async ValueTask NoteAsync(string action, Func<Decision?> decide)
    {
        try
        {
            while (decide() is { } decision && !await _log.TryAppendAsync(decision, holdsUnwritten: false, _closing.Token).ConfigureAwait(false))
            {
                // Another decision was made first, perhaps this one.
            }
        }
        catch (DecisionStoreException exception)
        {
            VersioningLog.NotRecorded(_setup.Logger, ModelName, action, exception.Message);
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }
}
