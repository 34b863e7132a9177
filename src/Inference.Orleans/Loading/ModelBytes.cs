using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Orleans.Loading;

/// <summary>The bytes that a model takes while it is loaded, known before it is: those of its files. Of a repository of versions, twice the largest: a default and its successor.</summary>
internal static class ModelBytes
{
    /// <summary>The bytes of a registered model; 0 if it is not known where it comes from.</summary>
    public static long Of(IServiceProvider services, string model)
    {
        ModelOptions? options = services.GetService<IOptionsMonitor<ModelOptions>>()?.Get(model);
        if (options?.Source is { Path: null } memory)
        {
            return memory.Content.Length;
        }

        string? path = options?.Source?.Path ?? options?.Path;
        try
        {
            return path is null ? 0 : Directory.Exists(path) ? OfFolder(path) : OfFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Loading reports what is wrong with the files.
            return 0;
        }
    }

    private static long OfFolder(string path)
    {
        var folder = new DirectoryInfo(path);
        long own = folder.EnumerateFiles().Sum(static f => f.Length);
        long version = folder.EnumerateDirectories().Where(static d => !d.Name.StartsWith('.'))
            .Select(static d => d.EnumerateFiles("*", SearchOption.AllDirectories).Sum(static f => f.Length)).DefaultIfEmpty().Max();
        return own + (2 * version);
    }

    // External data has the name of the model's file and more.
    private static long OfFile(string path)
    {
        var file = new FileInfo(path);
        return file.Directory is { Exists: true } folder ? folder.EnumerateFiles(file.Name + "*").Sum(static f => f.Length) : 0;
    }
}
