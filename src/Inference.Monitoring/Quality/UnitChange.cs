namespace Inference.Monitoring.Quality;

/// <summary>Values that became <paramref name="Factor"/>·x + <paramref name="Offset"/>.</summary>
/// <param name="Factor">The factor.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Text">What was found, for people.</param>
internal readonly record struct UnitChange(double Factor, double Offset, string Text);
