namespace WebService;

/// <summary>Three probabilities per row, and the version that computed them.</summary>
internal sealed record ScoreResponse(string? Version, float[][] Probabilities, Guid PredictionId);
