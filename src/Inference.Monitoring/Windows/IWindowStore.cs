namespace Inference.Monitoring;

/// <summary>Keeps the windows of one model as bytes. Called off the path of predictions, by one thread at a time.</summary>
public interface IWindowStore
{
    /// <summary>Returns the keys of all windows, in any order.</summary>
    /// <exception cref="MonitoringException">The store cannot be listed.</exception>
    IReadOnlyList<WindowKey> List();

    /// <summary>Returns a window's bytes; null if it does not exist.</summary>
    /// <param name="key">The window.</param>
    /// <exception cref="MonitoringException">The window cannot be read.</exception>
    byte[]? Read(WindowKey key);

    /// <summary>Writes a window, or replaces it as a whole.</summary>
    /// <param name="key">The window.</param>
    /// <param name="bytes">What <see cref="MonitoringWindow.ToArray"/> returned.</param>
    /// <exception cref="MonitoringException">The window cannot be written.</exception>
    void Write(WindowKey key, ReadOnlySpan<byte> bytes);

    /// <summary>Removes a window; no effect if it does not exist.</summary>
    /// <param name="key">The window.</param>
    void Remove(WindowKey key);
}
