namespace Inference.Status;

/// <summary>The versions of one model: what is there, what serves, and how to change it. Reached by <see cref="IModelRunner.GetService"/>, as <c>VersionedModelRunner.Versions</c>, or as a
/// keyed service under the model's name. Thread-safe.</summary>
public interface IModelVersions
{
    /// <summary>The model's name.</summary>
    string ModelName { get; }

    /// <summary>The version that serves calls that nothing else was decided for.</summary>
    string DefaultVersion { get; }

    /// <summary>The versions in the repository, newest first, and those that still drain.</summary>
    IReadOnlyList<ModelVersionStatus> Versions { get; }

    /// <summary>The trial under way; null for none.</summary>
    CanaryStatus? Canary { get; }

    /// <summary>What shadow calls found; null where no version is shadowed.</summary>
    ShadowReport? Shadow { get; }

    /// <summary>Decisions and refusals so far, oldest first, those of earlier processes included.</summary>
    IReadOnlyList<AuditEntry> ReadAudit();

    /// <summary>Makes a version the default, once it is loaded and passed its gates. It stays the default until a version newer than all there are now is published, another is promoted, or the
    /// options' pin or label changes.</summary>
    /// <param name="version">The version.</param>
    /// <param name="reason">For the audit log.</param>
    /// <param name="cancellationToken">Stops before anything changed.</param>
    /// <exception cref="InferenceException">It did not pass a gate; nothing changed.</exception>
    /// <exception cref="InferenceException">There is no such version, or the state could not be written; nothing changed.</exception>
    ValueTask PromoteAsync(string version, string reason = "", CancellationToken cancellationToken = default);

    /// <summary>Takes back: the canary where one is on trial, else the default, which the default before it replaces. What was taken back is not chosen by the policy again until its files change.</summary>
    /// <param name="reason">For the audit log.</param>
    /// <param name="cancellationToken">Stops before anything changed.</param>
    /// <returns>The version taken back.</returns>
    /// <exception cref="InferenceException">There is nothing to go back to; nothing changed.</exception>
    ValueTask<string> RollbackAsync(string reason = "", CancellationToken cancellationToken = default);

    /// <summary>Puts a version on trial.</summary>
    /// <param name="version">The version; not the default.</param>
    /// <param name="percent">Its share of the calls, 0 to 100.</param>
    /// <param name="reason">For the audit log.</param>
    /// <param name="cancellationToken">Stops before anything changed.</param>
    /// <exception cref="InferenceException">It did not pass a gate; nothing changed.</exception>
    /// <exception cref="InferenceException">There is no such version, or it is the default.</exception>
    ValueTask StartCanaryAsync(string version, double percent, string reason = "", CancellationToken cancellationToken = default);

    /// <summary>Gives a label to a version, taking it from the one that had it.</summary>
    /// <inheritdoc cref="PromoteAsync" path="/exception"/>
    ValueTask SetLabelAsync(string label, string version, string reason = "", CancellationToken cancellationToken = default);

    /// <summary>Looks at the repository now, and loads what is to be loaded, without waiting for files to settle or for a retry to be due.</summary>
    /// <exception cref="ModelLoadException">The repository cannot be listed.</exception>
    ValueTask RefreshAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a value of the user's metric (click, conversion, error of the prediction) to the evidence for or against the canary. Ignored when no trial is under way, and for versions
    /// that have no part in it.</summary>
    /// <param name="version">The version that served the call: <see cref="RunRecord.VersionServed"/>.</param>
    /// <param name="value">Between <c>CanaryOptions.WorstMetric</c> and <c>CanaryOptions.BestMetric</c>.</param>
    void ReportMetric(string version, double value);
}
