namespace Inference.Versioning;

/// <summary>How the default version is chosen from those in the repository.</summary>
public enum VersionPolicy
{
    /// <summary>The newest version that passed its gates, unless an operator promoted another.</summary>
    Latest,
    /// <summary>The version named by <see cref="VersioningOptions.PinnedVersion"/>.</summary>
    Pinned,
    /// <summary>The version that carries <see cref="VersioningOptions.DefaultLabel"/>.</summary>
    Label,
}
