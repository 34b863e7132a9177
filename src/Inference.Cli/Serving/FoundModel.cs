namespace Inference.Cli.Serving;

/// <summary>A model that a path names.</summary>
/// <param name="Name">Its name: that of its folder or file.</param>
/// <param name="Path">Its file or folder.</param>
/// <param name="HasVersions">Whether its folder holds a folder for each version.</param>
internal sealed record FoundModel(string Name, string Path, bool HasVersions)
{
    private const string ModelFile = "model.onnx";

    /// <summary>Finds the models of paths.</summary>
    /// <param name="paths">Models (a file, or a folder that contains model.onnx), or repositories: folders <c>NAME/VERSION/model.onnx</c> or <c>NAME/model.onnx</c>. <c>NAME=PATH</c> gives a single model another name.</param>
    /// <exception cref="ModelLoadException">A path has no model, or two models have one name.</exception>
    public static IReadOnlyList<FoundModel> In(IEnumerable<string> paths)
    {
        var found = new List<FoundModel>();
        foreach (string path in paths)
        {
            int before = found.Count;
            int equals = File.Exists(path) || Directory.Exists(path) ? -1 : path.IndexOf('=', StringComparison.Ordinal);
            AddFrom(path[(equals + 1)..], found);
            if (equals > 0 && found.Count == before + 1)
            {
                found[before] = found[before] with { Name = path[..equals] };
            }
            else if (equals > 0 && found.Count > before)
            {
                throw new ModelLoadException($"'{path}': expected a single model to name, got {found.Count - before}. Leave out the name.");
            }

            if (found.Count == before)
            {
                throw new ModelLoadException($"'{path}': expected a model file, a folder that contains {ModelFile}, or a repository NAME/VERSION/{ModelFile}, found none. Check the path.");
            }
        }

        foreach (IGrouping<string, FoundModel> same in found.GroupBy(m => m.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            throw new ModelLoadException($"'{same.Key}': expected models with different names, got {string.Join(" and ", same.Select(m => $"'{m.Path}'"))}. Rename a folder.");
        }

        return found;
    }

    private static void AddFrom(string path, List<FoundModel> found)
    {
        if (File.Exists(path))
        {
            string file = System.IO.Path.GetFileName(path);
            found.Add(new(file == ModelFile ? FolderName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!) : System.IO.Path.GetFileNameWithoutExtension(path), path, HasVersions: false));
            return;
        }

        if (!Directory.Exists(path))
        {
            return;
        }

        if (IsModel(path))
        {
            found.Add(new(FolderName(path), path, HasVersions: false));
            return;
        }

        string[] folders = [.. Folders(path)];
        string[] models = [.. folders.Where(IsModel)];

        // A folder of versions: it is the model.
        if (models.Length > 0 && models.All(m => IsVersion(FolderName(m))))
        {
            found.Add(new(FolderName(path), path, HasVersions: true));
            return;
        }

        found.AddRange(models.Select(m => new FoundModel(FolderName(m), m, HasVersions: false)));
        found.AddRange(folders.Where(f => !IsModel(f) && Folders(f).Any(IsModel)).Select(f => new FoundModel(FolderName(f), f, HasVersions: true)));
    }

    // 3, 1.10, v2.
    private static bool IsVersion(string name) => char.IsAsciiDigit(name[0]) || (name.Length > 1 && name[0] == 'v' && char.IsAsciiDigit(name[1]));

    private static IEnumerable<string> Folders(string path) =>
        Directory.EnumerateDirectories(path).Where(f => !FolderName(f).StartsWith('.')).Order(StringComparer.Ordinal);

    private static bool IsModel(string folder) => File.Exists(System.IO.Path.Combine(folder, ModelFile));

    private static string FolderName(string path) => System.IO.Path.GetFileName(System.IO.Path.GetFullPath(path).TrimEnd(System.IO.Path.DirectorySeparatorChar));
}
