namespace Inference.Monitoring.Outcomes;

/// <summary>The judged outcomes of one process in one stage.</summary>
/// <param name="Stage">The number of the stage, <see cref="RunArm.Stage"/>.</param>
/// <param name="Share">The share of the treatment, <see cref="RunArm.Share"/>.</param>
/// <param name="Losses">The losses.</param>
internal readonly record struct SharedStage(int Stage, double Share, LossLevels Losses);
