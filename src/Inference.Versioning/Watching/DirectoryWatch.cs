namespace Inference.Versioning.Watching;

/// <summary>Notifies of changes in a directory and its subdirectories. Dispose it to stop.</summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class DirectoryWatch : IDisposable
{
    /// <summary>Why changes are not notified currently; null if they are. A change of this value is notified as well.</summary>
    public abstract string? Problem { get; }

    /// <summary>Starts watching a directory.</summary>
    /// <param name="directory">The directory; it may be missing, or be deleted and created again: see <see cref="TryRearm"/>.</param>
    /// <param name="changed">Called on any thread, possibly more often than needed; must return quickly.</param>
    public static DirectoryWatch Start(string directory, Action changed) =>
        OperatingSystem.IsLinux() ? InotifyWatcher.Shared.Watch(directory, changed) : new FileSystemWatch(directory, changed);

    /// <summary>Tries to watch the directory again after it was deleted or moved; to be called periodically while there is a <see cref="Problem"/>.</summary>
    /// <returns>Whether changes are notified.</returns>
    public abstract bool TryRearm();

    /// <inheritdoc/>
    public abstract void Dispose();
}
