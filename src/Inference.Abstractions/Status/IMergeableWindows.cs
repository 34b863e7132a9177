namespace Inference.Status;

/// <summary>
/// The rows of a model that monitoring has counted in this process, as counts that processes exchange: each judges the rows of all. Obtained from <see cref="IModelRunner.GetService"/>. The first call of
/// <see cref="IMergeableEvidence.Report"/> begins it; the sequence increases with each bucket. Thread-safe.
/// </summary>
public interface IMergeableWindows : IMergeableEvidence;
