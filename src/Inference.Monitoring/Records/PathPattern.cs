namespace Inference.Monitoring.Records;

/// <summary>Paths in which the name and version of a model are filled in.</summary>
internal static class PathPattern
{
    /// <summary>What stands for the model's name.</summary>
    public const string Model = "{model}";

    /// <summary>What stands for the model's version.</summary>
    public const string Version = "{version}";

    /// <summary>Fills a name and a version in, each as a single part of a path: letters, digits, <c>-</c>, <c>_</c> and <c>.</c> of ASCII as they are, other characters as <c>%</c> and their number in hexadecimal.</summary>
    /// <param name="pattern">The path.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="version">Its version; null if the path has none.</param>
    public static string Fill(string pattern, string model, string? version = null)
    {
        string path = pattern.Replace(Model, Escape(model), StringComparison.Ordinal);
        return version is null ? path : path.Replace(Version, Escape(version), StringComparison.Ordinal);
    }

    // A name is no path.
    private static string Escape(string name)
    {
        string escaped = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c.ToString() : $"%{(int)c:X2}"));
        return escaped is "." or ".." ? $"%{escaped}" : escaped;
    }
}
