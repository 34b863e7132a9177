namespace Inference.TestSupport;

/// <summary>Locates the material that tests share but the repository does not contain (models, conformance cases, data).</summary>
public static class TestData
{
    private static readonly Lazy<string?> LazyRoot = new(Locate);
    private static readonly Lazy<string?> LazyRepository = new(LocateRepository);

    /// <summary>The shared folder: the variable INFERENCE_TEST_DATA, else <c>../shared</c> beside the repository; null where neither exists.</summary>
    public static string? Root => LazyRoot.Value;

    /// <summary>The folder that holds <c>Inference.sln</c>; null when the tests run from outside the tree.</summary>
    public static string? RepositoryRoot => LazyRepository.Value;

    /// <summary>Whether the shared folder exists.</summary>
    public static bool IsAvailable => Root is not null;

    /// <summary>A path below the shared folder. Call it only from tests that are skipped without that folder.</summary>
    /// <param name="parts">Folder and file names, from the shared folder down.</param>
    public static string Path(params string[] parts) =>
        System.IO.Path.Combine([Root ?? throw new InvalidOperationException("The shared test data folder is missing; mark the test [SharedDataFact]."), .. parts]);

    /// <summary>Why a test that needs <paramref name="relativePath"/> cannot run, or null when it can.</summary>
    /// <param name="relativePath">A file or folder below the shared folder; empty for the folder itself.</param>
    public static string? SkipReason(string relativePath = "")
    {
        if (Root is not { } root)
        {
            return "The shared test data is missing: set INFERENCE_TEST_DATA, or put it in ../shared beside the repository.";
        }

        var full = System.IO.Path.Combine(root, relativePath);
        return Directory.Exists(full) || File.Exists(full) ? null : $"The shared test data has no '{relativePath}'.";
    }

    private static string? Locate()
    {
        var named = Environment.GetEnvironmentVariable("INFERENCE_TEST_DATA");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : null;
        }

        if (RepositoryRoot is not { } repository)
        {
            return null;
        }

        var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(repository, "..", "shared"));
        return Directory.Exists(beside) ? beside : null;
    }

    private static string? LocateRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Inference.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
