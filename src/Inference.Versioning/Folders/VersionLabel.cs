using System.Text;

namespace Inference.Versioning.Folders;

/// <summary>What a label may be.</summary>
internal static class VersionLabel
{
    /// <summary>Characters of a label at most.</summary>
    public const int Longest = 128;

    /// <exception cref="ArgumentException">It is empty, too long, or has control characters.</exception>
    public static void Require(string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        if (label.Length > Longest || label.EnumerateRunes().Any(static r => Rune.IsControl(r) || r == Rune.ReplacementChar))
        {
            throw new ArgumentException($"Expected a label of at most {Longest} characters, none of them a control character, got {label.Length} characters.", nameof(label));
        }
    }
}
