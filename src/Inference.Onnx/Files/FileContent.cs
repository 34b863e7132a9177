using System.IO.MemoryMappedFiles;

namespace Inference.Onnx.Files;

/// <summary>
/// The bytes of a file, memory-mapped or read. There is deliberately no finalizer and the view's reference is held until Dispose: a span into the mapping does not keep its owner
/// alive, so unmapping on collection could pull memory from under a running loop.
/// </summary>
internal sealed unsafe class FileContent : IDisposable
{
    private const int ReadBelowBytes = 64 * 1024;

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
        // Pipes and devices have no length and opening some of them would wait for ever, hence the look before the opening.
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            return new FileContent([]);
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var length = stream.Length;
        if (length > maxBytes)
        {
            throw new OnnxFormatException($"expected at most {maxBytes} bytes ({limitName}), got {length}. Raise the limit if the file is to be trusted.", fileName: path);
        }

        if (length < ReadBelowBytes || (!map && length <= Array.MaxLength))
        {
            var array = GC.AllocateUninitializedArray<byte>((int)length);
            stream.ReadExactly(array);
            return new FileContent(array);
        }

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

    /// <summary>A slice that holds this object; the caller has checked the range.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, typeof(OnnxModel));
        return _array is not null ? _array.AsMemory((int)offset, length) : new MappedMemory(this, _pointer + offset, length).Memory;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && _view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _mapping!.Dispose();
        }
    }
}
