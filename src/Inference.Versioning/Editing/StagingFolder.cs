using Inference.Versioning.Files;
using Inference.Versioning.State;

namespace Inference.Versioning.Editing;

/// <summary>
/// The folder <c>.publish</c> in a repository, in which a version is written before it is renamed into place; one publisher at a time. What it holds while its lock is free was left by a publisher that died, and is removed.
/// </summary>
internal sealed class StagingFolder : IDisposable
{
    private const string Name = ".publish";
    private const string LockFile = ".lock";

    // A publisher that is waited for copies a model.
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly string _root;
    private readonly LogLock _lock;

    private StagingFolder(string root, string path, LogLock held) => (_root, _path, _lock) = (root, path, held);

    /// <summary>Waits for other publishers and removes what dead ones left.</summary>
    /// <exception cref="DecisionStoreException">Another publisher holds the lock.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static async ValueTask<StagingFolder> TakeAsync(string root, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(Path.Combine(root, Name));
        folder.Create();
        if (folder.LinkTarget is not null)
        {
            throw new IOException($"'{folder.FullName}' is a symbolic link: expected a folder. Remove it.");
        }

        LogLock held = await LogLock.TakeAsync(Path.Combine(folder.FullName, LockFile), s_wait, cancellationToken).ConfigureAwait(false);
        var staging = new StagingFolder(root, folder.FullName, held);
        try
        {
            staging.Clear();
            return staging;
        }
        catch
        {
            staging.Dispose();
            throw;
        }
    }

    /// <summary>Creates the empty folder of a version; its name is the version.</summary>
    public string Create(string version) => Directory.CreateDirectory(Path.Combine(_path, version)).FullName;

    /// <summary>Flushes the folders of a version and makes it visible, at once.</summary>
    /// <exception cref="IOException">There is a version with this name.</exception>
    public void Reveal(string staged)
    {
        foreach (string inner in Directory.EnumerateDirectories(staged, "*", SearchOption.AllDirectories))
        {
            DurableFile.FlushDirectory(inner);
        }

        DurableFile.FlushDirectory(staged);
        Directory.Move(staged, Path.Combine(_root, Path.GetFileName(staged)));
        DurableFile.FlushDirectory(_root);
    }

    /// <summary>Removes what was not made visible, and releases the lock.</summary>
    public void Dispose()
    {
        try
        {
            Clear();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next publisher removes it.
        }

        _lock.Dispose();
    }

    // Links are removed, not followed.
    private void Clear()
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(_path).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else if (!entry.Name.StartsWith(LockFile, StringComparison.Ordinal))
            {
                entry.Delete();
            }
        }
    }
}
