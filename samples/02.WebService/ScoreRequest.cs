namespace WebService;

/// <summary>Rows to score, each of four numbers; and who asks, so that a canary sticks to users.</summary>
internal sealed record ScoreRequest(float[][] Rows, string? User = null);
