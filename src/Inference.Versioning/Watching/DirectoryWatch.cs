namespace Inference.Versioning.Watching;

/// <summary>Calls back when something changes in a directory or in its subdirectories. Dispose it to stop.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class DirectoryWatch : IDisposable
{
    /// <summary>Why changes are not notified at the moment; null where they are. Changes of this call back too.</summary>
    public abstract string? Problem { get; }

    /// <summary>Starts to watch a directory.</summary>
    /// <param name="directory">The directory; it may be missing, or be deleted and made again: see <see cref="TryRearm"/>.</param>
    /// <param name="changed">Called on any thread, perhaps more often than needed; returns quickly.</param>
    public static DirectoryWatch Start(string directory, Action changed) =>
        OperatingSystem.IsLinux() ? InotifyWatcher.Shared.Watch(directory, changed) : new FileSystemWatch(directory, changed);

    /// <summary>Watches again where watching has ended because the directory was deleted or moved; called now and then while there is a <see cref="Problem"/>.</summary>
    /// <returns>Whether changes are notified now.</returns>
    public abstract bool TryRearm();

    /// <inheritdoc/>
    public abstract void Dispose();
}
