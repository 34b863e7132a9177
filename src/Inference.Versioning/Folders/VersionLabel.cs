using System.Text;

namespace Inference.Versioning.Folders;

/// <summary>The rules for labels.</summary>
internal static class VersionLabel
{
    /// <summary>The maximum number of characters of a label.</summary>
    public const int Longest = 128;

    /// <exception cref="ArgumentException">The label is empty, too long, or contains control characters.</exception>
    public static void Require(string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        if (label.Length > Longest || label.EnumerateRunes().Any(static r => Rune.IsControl(r) || r == Rune.ReplacementChar))
        {
            throw new ArgumentException($"Expected a label of at most {Longest} characters without control characters, got {label.Length} characters. Choose another label.", nameof(label));
        }
    }
}
