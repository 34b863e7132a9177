namespace WebService;

/// <summary>Rows to score, each of four numbers, and the user, so that canary routing is sticky.</summary>
internal sealed record ScoreRequest(float[][] Rows, string? User = null);
