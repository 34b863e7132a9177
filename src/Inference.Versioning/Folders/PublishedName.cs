using System.Text;

namespace Inference.Versioning.Folders;

/// <summary>The rules for names of files and folders that are created: stricter than those for names that are read, so that a repository can be copied to any file system.</summary>
internal static class PublishedName
{
    // As for names that are read, see VersionName.
    private const int Longest = 128;

    // What file systems store of a name.
    private const int MostBytes = 255;

    private static readonly string[] s_devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <exception cref="ArgumentException">The name is not valid; the message says why.</exception>
    public static void Require(string name, string what, string parameter)
    {
        PlainText.Require(name, Longest, what, parameter);
        if (WhyNot(name) is { } why)
        {
            throw new ArgumentException($"Expected {what} that names a folder on every system, got '{PlainText.Shown(name)}': {why}. Choose another.", parameter);
        }
    }

    private static string? WhyNot(string name) =>
        name.AsSpan().IndexOfAny("/\\:*?\"<>|") >= 0 ? "it has one of / \\ : * ? \" < > |"
        : name[0] is '.' or '_' or '~' or ' ' || name[^1] is '.' or '~' or ' ' ? "it begins with '.', '_', '~' or a space, or ends with '.', '~' or a space"
        : !VersionName.IsValid(name) ? "such names are of files that are being written"
        : IsDevice(name) ? "a device has this name"
        : Encoding.UTF8.GetByteCount(name) > MostBytes ? $"it has more than {MostBytes} bytes"
        : null;

    // With any extension, as Windows reads them.
    private static bool IsDevice(string name)
    {
        string stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return s_devices.Contains(stem) || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && (char.IsAsciiDigit(stem[3]) || stem[3] is '¹' or '²' or '³'));
    }
}
