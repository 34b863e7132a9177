namespace Inference.Versioning;

/// <summary>Specifies how the default version is selected from those in the repository.</summary>
public enum VersionPolicy
{
    /// <summary>The newest version that passed its gates, unless an operator promoted another one.</summary>
    Latest,
    /// <summary>The version named by <see cref="VersioningOptions.PinnedVersion"/>.</summary>
    Pinned,
    /// <summary>The version with the label <see cref="VersioningOptions.DefaultLabel"/>.</summary>
    Label,
}
