using Inference.Decisions;

namespace Inference.Status;

/// <summary>The versions of one model: lists them, shows which one serves, and changes it. Obtained from <see cref="IModelRunner.GetService"/>, as <c>VersionedModelRunner.Versions</c>, or as a
/// keyed service under the model's name. Thread-safe.</summary>
public interface IModelVersions
{
    /// <summary>The model's name.</summary>
    string ModelName { get; }

    /// <summary>The version that serves calls unless another version is requested or routed to.</summary>
    string DefaultVersion { get; }

    /// <summary>The versions in the repository, newest first, and those still draining.</summary>
    IReadOnlyList<ModelVersionStatus> Versions { get; }

    /// <summary>The canary trial in progress; null if there is none.</summary>
    CanaryStatus? Canary { get; }

    /// <summary>The results of shadow calls; null if there is no shadow version.</summary>
    ShadowReport? Shadow { get; }

    /// <summary>Returns all decisions, oldest first, including those of earlier processes and of others that share the log; decisions that are not written yet are last and have no sequence.</summary>
    /// <exception cref="DecisionStoreException">The records cannot be read.</exception>
    ValueTask<IReadOnlyList<Decision>> ReadAuditAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a version the default, after it is loaded and has passed its gates. It remains the default until a version newer than all existing ones is published, another is promoted, or the
    /// pin or label in the options changes. If the decision log cannot be written, the decision takes effect and is kept in memory until it can.</summary>
    /// <param name="version">The version.</param>
    /// <param name="actor">Who decides: 1 to 128 characters, no control characters; not one of <see cref="DecisionActors"/>.</param>
    /// <param name="reason">Why: 1 to 1,024 characters, no control characters.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">The version does not exist, did not pass a gate, or was rolled back while it was loaded; nothing was changed.</exception>
    ValueTask PromoteAsync(string version, string actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Rolls back the canary if one is on trial, otherwise the default, which is replaced by the previous default. The policy does not choose the version again until its files change.
    /// If the decision log cannot be written, the decision takes effect and is kept in memory until it can.</summary>
    /// <param name="actor">Who decides, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="reason">Why, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <returns>The version that was rolled back.</returns>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">There is nothing to roll back to, or another decision about it came first; nothing was changed.</exception>
    ValueTask<string> RollbackAsync(string actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Starts a canary trial of a version, or changes the share of the current one. A version that was rolled back may be tried again; it serves all calls only after it is promoted by <see cref="PromoteAsync"/>.</summary>
    /// <param name="version">The version; must not be the default.</param>
    /// <param name="percent">Its share of the calls, 0 to 100.</param>
    /// <param name="actor">Who decides, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="reason">Why, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">The version does not exist, is the default, did not pass a gate, or was rolled back while it was loaded; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">The decision log could not be written; nothing was changed.</exception>
    ValueTask StartCanaryAsync(string version, double percent, string actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Assigns a label to a version and removes it from any other version.</summary>
    /// <param name="label">The label: 1 to 128 characters, no control characters.</param>
    /// <param name="version">The version.</param>
    /// <param name="actor">Who decides, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="reason">Why, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <exception cref="ArgumentException">The label, the actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">The version does not exist, did not pass a gate, or there are too many labels; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">The decision log could not be written; nothing was changed.</exception>
    ValueTask SetLabelAsync(string label, string version, string actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Polls the repository now and loads the versions that are due, without waiting for files to settle or for a retry interval.</summary>
    /// <exception cref="ModelLoadException">The repository cannot be listed.</exception>
    ValueTask RefreshAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a value of the user's metric (click, conversion, prediction error) to the evidence for or against the canary. Ignored if no trial is in progress, and for versions
    /// that do not take part in it.</summary>
    /// <param name="version">The version that served the call: <see cref="RunRecord.VersionServed"/>.</param>
    /// <param name="value">Between <c>CanaryOptions.WorstMetric</c> and <c>CanaryOptions.BestMetric</c>.</param>
    void ReportMetric(string version, double value);
}
