using System.Diagnostics.Metrics;
using Inference.Decisions;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning;

/// <summary>How a repository is opened outside dependency injection; see <see cref="ModelRepository.OpenAsync"/>.</summary>
public sealed class ModelRepositoryOptions
{
    /// <summary>How versions are selected, checked, loaded and served.</summary>
    public VersioningOptions Versioning { get; init; } = new();

    /// <summary>How each version is loaded. Its name is the model's; null, the default: the name of the repository's directory.</summary>
    public ModelLoadOptions Load { get; init; } = new();

    /// <summary>Adds stages around each version; null, the default, for none.</summary>
    public Action<IModelPipelineBuilder>? PerVersion { get; init; }

    /// <summary>The clock; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Creates the logger; null, the default, for no logging.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Creates the meter; null, the default, to use one that all repositories share.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>Judges canaries on outcomes; null, the default, for none.</summary>
    public IOutcomeEvidence? Outcomes { get; init; }

    /// <summary>Stores the decisions; null, the default, for files in the state directory of <see cref="Versioning"/>.</summary>
    public IDecisionStore? Decisions { get; init; }
}
