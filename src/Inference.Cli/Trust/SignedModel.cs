using System.Text.RegularExpressions;
using Inference.Onnx;

namespace Inference.Cli.Trust;

/// <summary>The model of a signature: its files, and its name and version in a repository.</summary>
internal static partial class SignedModel
{
    /// <summary>The files beside a model file that it refers to.</summary>
    public static IReadOnlyList<string> ExternalFiles(string file)
    {
        try
        {
            using OnnxModel model = OnnxModel.Load(file, new OnnxReadOptions { MapFiles = true });
            return [.. model.GetTensors().Where(static t => t.HasExternalData).Select(static t => t.ExternalData.TryGetValue("location", out string? location) ? location : null).OfType<string>()
                .Select(static location => string.Join('/', location.Split('/').Where(static part => part is not ("" or ".")))).Distinct(StringComparer.Ordinal)];
        }
        catch (OnnxFormatException)
        {
            // Not a model in the plain: it is signed as the bytes it is.
            return [];
        }
    }

    /// <summary>The folder of a version: MODEL itself, or that of the file.</summary>
    public static string Folder(string model)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        return Directory.Exists(full) ? full : Path.GetDirectoryName(full)!;
    }

    /// <summary>Name and version by the folders of a repository, NAME/VERSION/model.onnx; null where the folder is not named like a version.</summary>
    public static (string? Name, string? Version) Place(string model)
    {
        string folder = Folder(model);
        string version = Path.GetFileName(folder);
        return VersionForm().IsMatch(version) && Path.GetFileName(Path.GetDirectoryName(folder)) is { Length: > 0 } name ? (name, version) : (null, null);
    }

    [GeneratedRegex("^[vV]?[0-9]+([._-][0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();
}
