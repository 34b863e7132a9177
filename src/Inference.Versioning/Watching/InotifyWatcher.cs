using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Inference.Versioning.Watching;

/// <summary>
/// One inotify instance and one thread for all directories of the process: a user may have 128 instances by default, and <see cref="FileSystemWatcher"/> uses one per directory. Watches a directory and its
/// direct subdirectories: those of a repository and its versions.
/// </summary>
/// <remarks>Thread-safe. Source: inotify(7).</remarks>
[SupportedOSPlatform("linux")]
internal sealed partial class InotifyWatcher
{
    private const int CloseOnExec = 0x80000; // IN_CLOEXEC
    private const uint CloseWrite = 0x8;
    private const uint MovedFrom = 0x40;
    private const uint MovedTo = 0x80;
    private const uint Create = 0x100;
    private const uint Delete = 0x200;
    private const uint DeleteSelf = 0x400;
    private const uint MoveSelf = 0x800;
    private const uint Ignored = 0x8000;
    private const uint OnlyDirectories = 0x1000000;
    private const uint IsDirectory = 0x40000000;
    private const uint Events = CloseWrite | MovedFrom | MovedTo | Create | Delete | DeleteSelf | MoveSelf | OnlyDirectories;

    // struct inotify_event: wd, mask, cookie, len, name[len].
    private const int HeaderBytes = 16;

    // Holds many events; the largest is a header and a name of 255 bytes.
    private const int BufferBytes = 64 * 1024;

    private static readonly Lazy<InotifyWatcher> s_shared = new(() => new InotifyWatcher());

    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<Watched>> _watched = [];
    private readonly HashSet<Subscription> _all = [];
    private readonly SafeFileHandle? _handle;

    // Guarded by the lock. Once set, the handle is not used; it stays open, or was never opened.
    private string? _problem;

    private InotifyWatcher()
    {
        int descriptor = inotify_init1(CloseOnExec);
        if (descriptor < 0)
        {
            _problem = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            return;
        }

        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        new Thread(Read) { IsBackground = true, Name = "Inference repository watcher" }.Start();
    }

    /// <summary>The instance of the process, created on first use and never disposed.</summary>
    public static InotifyWatcher Shared => s_shared.Value;

    /// <summary>Starts watching a directory.</summary>
    public DirectoryWatch Watch(string directory, Action changed)
    {
        var subscription = new Subscription(this, directory, changed);
        lock (_lock)
        {
            _all.Add(subscription);
        }

        subscription.TryRearm();
        return subscription;
    }

    private void Arm(Subscription subscription)
    {
        lock (_lock)
        {
            if (!_all.Contains(subscription))
            {
                return;
            }

            subscription.Fault = _problem ?? Add(subscription, subscription.Directory, isRoot: true);
            if (subscription.Fault is null)
            {
                AddInner(subscription);
            }
        }
    }

    private void AddInner(Subscription subscription)
    {
        try
        {
            foreach (DirectoryInfo inner in new DirectoryInfo(subscription.Directory).EnumerateDirectories("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = true }))
            {
                // It may be deleted or unreadable by now; polling covers it.
                _ = Add(subscription, inner.FullName, isRoot: false);
            }
        }
        catch (IOException)
        {
            // Deleted by now; its event follows.
        }
    }

    private string? Add(Subscription subscription, string directory, bool isRoot)
    {
        int watch = inotify_add_watch((int)_handle!.DangerousGetHandle(), directory, Events);
        if (watch < 0)
        {
            return new Win32Exception(Marshal.GetLastPInvokeError()).Message;
        }

        if (!_watched.TryGetValue(watch, out List<Watched>? entries))
        {
            _watched[watch] = entries = [];
        }

        var entry = new Watched(subscription, directory, isRoot);
        if (!entries.Contains(entry))
        {
            entries.Add(entry);
        }

        return null;
    }

    private void Remove(Subscription subscription, bool forGood)
    {
        lock (_lock)
        {
            if (forGood)
            {
                _all.Remove(subscription);
            }

            foreach ((int watch, List<Watched> entries) in _watched.ToArray())
            {
                if (entries.RemoveAll(e => e.Subscription == subscription) > 0 && entries.Count == 0)
                {
                    _watched.Remove(watch);
                    if (_problem is null)
                    {
                        _ = inotify_rm_watch((int)_handle!.DangerousGetHandle(), watch);
                    }
                }
            }
        }
    }

    private void Read()
    {
        byte[] buffer = new byte[BufferBytes];
        string problem = "The inotify instance was closed.";
        try
        {
            // Not disposed: no descriptor of this number may be opened for something else while a watch uses it.
            var stream = new FileStream(_handle!, FileAccess.Read, bufferSize: 0);
            int bytes;
            while ((bytes = stream.Read(buffer)) > 0)
            {
                foreach (Subscription subscription in Concerned(buffer.AsSpan(0, bytes)))
                {
                    subscription.Notify();
                }
            }
        }
        catch (IOException exception)
        {
            problem = exception.Message;
        }

        Fail(problem);
    }

    private void Fail(string reason)
    {
        Subscription[] all;
        lock (_lock)
        {
            _problem = reason;
            _watched.Clear();
            all = [.. _all];
        }

        foreach (Subscription subscription in all)
        {
            subscription.Fault = reason;
            subscription.Notify();
        }
    }

    private HashSet<Subscription> Concerned(ReadOnlySpan<byte> events)
    {
        var concerned = new HashSet<Subscription>();
        lock (_lock)
        {
            while (events.Length >= HeaderBytes)
            {
                int watch = BinaryPrimitives.ReadInt32LittleEndian(events);
                uint mask = BinaryPrimitives.ReadUInt32LittleEndian(events[4..]);
                int length = BinaryPrimitives.ReadInt32LittleEndian(events[12..]);
                string name = System.Text.Encoding.UTF8.GetString(events.Slice(HeaderBytes, length)).TrimEnd('\0');
                events = events[(HeaderBytes + length)..];
                if (watch < 0)
                {
                    // The queue overflowed: events of any directory may be lost.
                    concerned.UnionWith(_all);
                }
                else if (_watched.TryGetValue(watch, out List<Watched>? entries))
                {
                    Take(watch, mask, name, entries, concerned);
                }
            }
        }

        return concerned;
    }

    private void Take(int watch, uint mask, string name, List<Watched> entries, HashSet<Subscription> concerned)
    {
        foreach (Watched entry in entries.ToArray())
        {
            concerned.Add(entry.Subscription);
            if (entry.IsRoot && (mask & IsDirectory) != 0 && (mask & (Create | MovedTo)) != 0)
            {
                _ = Add(entry.Subscription, Path.Combine(entry.Directory, name), isRoot: false);
            }

            if (entry.IsRoot && (mask & (DeleteSelf | MoveSelf | Ignored)) != 0)
            {
                entry.Subscription.Fault = $"Directory '{entry.Directory}' was deleted or moved.";
            }
        }

        // The system has removed the watch; its number may be reused.
        if ((mask & Ignored) != 0)
        {
            _watched.Remove(watch);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int descriptor, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_rm_watch(int descriptor, int watch);

    private sealed record Watched(Subscription Subscription, string Directory, bool IsRoot);

    private sealed class Subscription(InotifyWatcher watcher, string directory, Action changed) : DirectoryWatch
    {
        private volatile string? _fault = "Not watched yet.";

        public string Directory => directory;

        public override string? Problem => _fault;

        public string? Fault
        {
            get => _fault;
            set => _fault = value;
        }

        public void Notify() => changed();

        public override bool TryRearm()
        {
            watcher.Remove(this, forGood: false);
            watcher.Arm(this);
            return _fault is null;
        }

        public override void Dispose() => watcher.Remove(this, forGood: true);
    }
}
