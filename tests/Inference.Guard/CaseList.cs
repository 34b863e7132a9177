namespace Inference.Guard;

/// <summary>The folders with a model and stored inputs.</summary>
internal static class CaseList
{
    /// <summary>All at or below the folders, or as many as asked for, drawn by the seed.</summary>
    public static string[] Find(GuardOptions options)
    {
        string[] all =
        [
            .. options.Folders.SelectMany(root => Directory.EnumerateFiles(root, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)).Select(f => Path.GetDirectoryName(Path.GetFullPath(f))!),
        ];
        if (options.Limit <= 0 || options.Limit >= all.Length)
        {
            return all;
        }

        new Random(options.Seed).Shuffle(all);
        return [.. all.Take(options.Limit).Order(StringComparer.Ordinal)];
    }
}
