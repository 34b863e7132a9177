namespace Inference.Versioning.Folders;

/// <summary>The rules for labels.</summary>
internal static class VersionLabel
{
    /// <summary>The maximum number of characters of a label.</summary>
    public const int Longest = 128;

    /// <exception cref="ArgumentException">The label is empty, too long, or contains control characters or marks of direction.</exception>
    public static void Require(string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        PlainText.Require(label, Longest, "a label", nameof(label));
    }
}
