namespace Inference.Monitoring.Feedback;

/// <summary>A report that is to be written.</summary>
/// <param name="Report">The report.</param>
/// <param name="Group">Whom to answer; null if it was answered that it waits.</param>
/// <param name="Place">Its place in the group.</param>
/// <param name="MadeAt">When the prediction's id was made; null if that is not known.</param>
/// <param name="IsKept">Whether the id is in the share that is kept.</param>
/// <param name="UnknownSince">When the store said first that it has no such prediction; null if it was not asked yet.</param>
internal readonly record struct OpenReport(TimedReport Report, ReportGroup? Group, int Place, DateTimeOffset? MadeAt, bool IsKept, long? UnknownSince = null);
