using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Inference.Onnx.Files;

/// <summary>
/// The bytes of a file: a copy in memory, decrypted content, or the mapped file. A copy is an array if it fits in one, so that the garbage collector keeps it alive as long as its slices. Mappings and copies beyond an array's
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
    private readonly bool _secret;
    private int _disposed;

    private FileContent(byte[] array, bool secret = false)
    {
        _array = array;
        _secret = secret;
        Length = array.Length;
    }

    private FileContent(byte* copy, long length, bool secret = false)
    {
        _pointer = copy;
        _secret = secret;
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

    public static FileContent Open(string path, long maxBytes, bool map, string limitName, Action<SafeFileHandle>? check = null)
    {
        // Pipes and devices have no length, and opening some of them would block forever, so the file is checked before it is opened.
        if (IsEmpty(path))
        {
            return new FileContent([]);
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        check?.Invoke(stream.SafeFileHandle);
        var length = stream.Length;
        RequireLength(length, maxBytes, limitName, path);
        return map && length >= MapFromBytes ? Map(stream, length) : length <= Array.MaxLength ? Copy(stream, (int)length) : CopyLong(stream, length);
    }

    /// <exception cref="OnnxFormatException">A file is longer than its limit.</exception>
    public static void RequireLength(long length, long maxBytes, string limitName, string path)
    {
        if (length > maxBytes)
        {
            throw new OnnxFormatException($"expected at most {maxBytes} bytes ({limitName}), got {length}. Raise the limit if you trust the file.", "", fileName: path);
        }
    }

    /// <summary>Opens a file of a model. If the options state the expected files, the bytes in memory are compared.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name in <see cref="OnnxReadOptions.ExpectedFiles"/>.</param>
    /// <param name="maxBytes">The maximum size.</param>
    /// <param name="options">The options.</param>
    /// <param name="limitName">The option that states the maximum size.</param>
    /// <param name="check">Refuses a file that was opened; null for none.</param>
    /// <exception cref="OnnxFormatException">The file is too large, is not expected, or has another content.</exception>
    public static FileContent Open(string path, string name, long maxBytes, OnnxReadOptions options, string limitName, Action<SafeFileHandle>? check = null)
    {
        if (options.ExpectedFiles is not { } expected)
        {
            return Open(path, maxBytes, options.MapFiles, limitName, check);
        }

        var plain = string.Join('/', name.Split('/', Path.DirectorySeparatorChar).Where(static part => part is not ("" or ".")));
        if (!expected.TryGetValue(plain, out var digest))
        {
            throw new OnnxFormatException($"expected one of the {expected.Count} files that were verified, got '{plain}'. Sign the model with all its files.", "", fileName: path);
        }

        var content = Open(path, maxBytes, map: false, limitName, check);
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

    /// <summary>Decrypted content: filled by <paramref name="fill"/> through <see cref="Writable"/>, zeroed on dispose, and if filling fails.</summary>
    public static FileContent Fill(long length, Action<FileContent> fill)
    {
        // Pinned: memory that the garbage collector moves leaves copies behind.
        var content = length <= Array.MaxLength
            ? new FileContent(GC.AllocateUninitializedArray<byte>((int)length, pinned: true), secret: true)
            : new FileContent((byte*)NativeMemory.Alloc((nuint)length), length, secret: true);
        try
        {
            fill(content);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>A range of content that is being filled.</summary>
    public Span<byte> Writable(long offset, int length) => _array is not null ? _array.AsSpan((int)offset, length) : new Span<byte>(_pointer + offset, length);

    /// <summary>Whether a file exists and has no length, as pipes and devices; links are followed.</summary>
    public static bool IsEmpty(string path) => Target(path) is { Exists: true, Length: 0 };

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

        if (_secret)
        {
            const int Part = 1 << 30;
            for (var start = 0L; start < Length; start += Part)
            {
                CryptographicOperations.ZeroMemory(Writable(start, (int)Math.Min(Part, Length - start)));
            }
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
        LargePages.Ask(array);
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
