namespace Inference.Docs.Tests;

/// <summary>The files of the repository that the tests look at.</summary>
internal static class Repository
{
    private static readonly string[] s_skipped = ["bin", "obj", "artifacts", "node_modules", ".git"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files with an extension, but not what builds make.</summary>
    public static IEnumerable<string> Files(string extension) => In(Root, extension);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<string> In(string folder, string extension)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*" + extension))
        {
            yield return file;
        }

        foreach (string inner in Directory.EnumerateDirectories(folder).Where(d => !s_skipped.Contains(Path.GetFileName(d))))
        {
            foreach (string file in In(inner, extension))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Inference.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds Inference.sln.");
    }
}
