namespace Inference.AspNetCore.Dashboard;

/// <summary>Something that was done by a page, or was asked for and refused.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What.</param>
/// <param name="Subject">The version, label or time concerned.</param>
/// <param name="Reason">Why.</param>
/// <param name="Fault">Why it was not done; null if it was.</param>
internal sealed record ActionEntry(DateTimeOffset At, string Actor, string Action, string Subject, string Reason, string? Fault);
