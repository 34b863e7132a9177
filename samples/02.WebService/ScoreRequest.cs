namespace WebService;

/// <summary>Rows to score, each of four numbers. The user is in the header <c>X-User</c>, so that a canary is sticky.</summary>
internal sealed record ScoreRequest(float[][] Rows);
