using System.Diagnostics.Metrics;
using Inference.Decisions;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Repository;

/// <summary>The dependencies and settings of a repository.</summary>
internal sealed record RepositorySetup(
    string ModelName,
    string Root,
    IModelLoader Loader,
    ModelLoadOptions LoadOptions,
    Func<IModelRunner, IModelRunner> Wrap,
    TimeProvider Clock,
    ILogger Logger,
    IMeterFactory? Meters,
    IDecisionStore? Decisions = null,
    IOutcomeEvidence? Outcomes = null);
