namespace WebService;

/// <summary>Three probabilities a row, and the version that gave them.</summary>
internal sealed record ScoreResponse(string? Version, float[][] Probabilities, Guid PredictionId);
