namespace Inference.Versioning.Signing;

/// <summary>What the signer of a bundle states.</summary>
/// <param name="Resources">The files, ordered by the code points of their names.</param>
/// <param name="AllowSymbolicLinks">Whether links to files were followed.</param>
/// <param name="IgnoredPaths">Paths that are not covered, with all below them.</param>
/// <param name="Facts">What this library adds: see <see cref="StatementFacts"/>.</param>
internal sealed record SignedStatement(IReadOnlyList<SignedResource> Resources, bool AllowSymbolicLinks, IReadOnlyList<string> IgnoredPaths, StatementFacts Facts);
