using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inference.Onnx.Files;

/// <summary>
/// The bytes of a file: a copy in memory, or the mapped file. A copy is an array if it fits in one, so that the garbage collector keeps it alive as long as its slices. Mappings and copies beyond an array's
/// length are released only by Dispose, deliberately without a finalizer: a span into them does not keep its owner alive, so releasing on collection could pull memory from under a running loop.
/// </summary>
internal sealed unsafe class FileContent : IDisposable
{
    // Below this size, a mapping costs more than a copy: a page of memory, a page fault for each page, and two system calls.
    // benchmarks/results/thresholds.md holds the size from which mapping and reading is faster than copying.
    internal const int MapFromBytes = 64 * 1024;

    // One read system call transfers at most 2^31 − 4096 bytes on Linux.
    private const int ReadBytes = 1 << 30;

    private readonly byte[]? _array;
    private readonly MemoryMappedFile? _mapping;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _pointer;
    private int _disposed;

    private FileContent(byte[] array)
    {
        _array = array;
        Length = array.Length;
    }

    private FileContent(byte* copy, long length)
    {
        _pointer = copy;
        Length = length;
    }

    private FileContent(MemoryMappedFile mapping, MemoryMappedViewAccessor view, byte* pointer, long length)
    {
        _mapping = mapping;
        _view = view;
        _pointer = pointer;
        Length = length;
    }

    public long Length { get; }

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public static FileContent Open(string path, long maxBytes, bool map, string limitName)
    {
        // Pipes and devices have no length, and opening some of them would block forever, so the file is checked before it is opened.
        if (Target(path) is { Exists: true, Length: 0 })
        {
            return new FileContent([]);
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var length = stream.Length;
        if (length > maxBytes)
        {
            throw new OnnxFormatException($"expected at most {maxBytes} bytes ({limitName}), got {length}. Raise the limit if you trust the file.", "", fileName: path);
        }

        return map && length >= MapFromBytes ? Map(stream, length) : length <= Array.MaxLength ? Copy(stream, (int)length) : CopyLong(stream, length);
    }

    /// <summary>Opens a file of a model. If the options state the expected files, the bytes in memory are compared.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name in <see cref="OnnxReadOptions.ExpectedFiles"/>.</param>
    /// <param name="maxBytes">The maximum size.</param>
    /// <param name="options">The options.</param>
    /// <param name="limitName">The option that states the maximum size.</param>
    /// <exception cref="OnnxFormatException">The file is too large, is not expected, or has another content.</exception>
    public static FileContent Open(string path, string name, long maxBytes, OnnxReadOptions options, string limitName)
    {
        if (options.ExpectedFiles is not { } expected)
        {
            return Open(path, maxBytes, options.MapFiles, limitName);
        }

        var plain = string.Join('/', name.Split('/', Path.DirectorySeparatorChar).Where(static part => part is not ("" or ".")));
        if (!expected.TryGetValue(plain, out var digest))
        {
            throw new OnnxFormatException($"expected one of the {expected.Count} files that were verified, got '{plain}'. Sign the model with all its files.", "", fileName: path);
        }

        var content = Open(path, maxBytes, map: false, limitName);
        var actual = content.Digest();
        if (actual == digest)
        {
            return content;
        }

        content.Dispose();
        throw new OnnxFormatException($"expected SHA-256 {digest} for '{plain}', got {actual}. The file is damaged, or was replaced after it was verified.", "", fileName: path);
    }

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long start = 0; start < Length; start += ReadBytes)
        {
            hash.AppendData(Slice(start, (int)Math.Min(ReadBytes, Length - start)).Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Links followed: what counts is what would be opened.
    private static FileInfo? Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
    }

    /// <summary>Returns a slice that references this object; the caller has checked the range.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(OnnxModel));
        return _array is not null ? _array.AsMemory((int)offset, length) : new NativeSlice(this, _pointer + offset, length).Memory;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _mapping!.Dispose();
        }
        else if (_pointer is not null)
        {
            NativeMemory.Free(_pointer);
        }
    }

    // Constants refer to it as long as the model is loaded: an array that never moves needs no pins.
    private static FileContent Copy(FileStream stream, int length)
    {
        var array = GC.AllocateUninitializedArray<byte>(length, pinned: length >= MapFromBytes);
        stream.ReadExactly(array);
        return new FileContent(array);
    }

    private static FileContent CopyLong(FileStream stream, long length)
    {
        var copy = (byte*)NativeMemory.Alloc((nuint)length);
        try
        {
            for (long done = 0; done < length;)
            {
                var part = (int)Math.Min(ReadBytes, length - done);
                stream.ReadExactly(new Span<byte>(copy + done, part));
                done += part;
            }

            return new FileContent(copy, length);
        }
        catch
        {
            NativeMemory.Free(copy);
            throw;
        }
    }

    internal static FileContent Map(FileStream stream, long length)
    {
        var mapping = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            return new FileContent(mapping, view, pointer + view.PointerOffset, length);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }
}
