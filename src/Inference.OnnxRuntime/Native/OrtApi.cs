using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Inference.OnnxRuntime.Native;

/// <summary>ONNX Runtime's C API as typed function pointers, bound once for each native library. Thread-safe; lives as long as the process.</summary>
/// <remarks>Every function that returns a status returns null for success; pass the result to <see cref="Check"/>.</remarks>
internal sealed unsafe partial class OrtApi
{
    /// <summary>The version of the C API that this package is written against; ONNX Runtime 1.23 was the first to have it.</summary>
    public const uint Version = 23;

    private static readonly ConcurrentDictionary<string, Lazy<OrtApi>> s_loaded = new(StringComparer.Ordinal);

    private OrtApi(string path, string libraryVersion, nint* table)
    {
        LibraryPath = path;
        LibraryVersion = libraryVersion;
        BindCore(table);
        BindValues(table);
        BindOptions(table);
        Environment = new OrtEnvironment(this);
        nint memory;
        Check(CreateCpuMemoryInfo(1, 0, &memory));
        CpuMemory = memory;
        nint allocator;
        Check(GetAllocatorWithDefaultOptions(&allocator));
        Allocator = allocator;
    }

    /// <summary>The file the library was loaded from, or its bare name where the system's loader found it.</summary>
    public string LibraryPath { get; }

    /// <summary>The library's own version, such as <c>1.30.0</c>.</summary>
    public string LibraryVersion { get; }

    /// <summary>The environment that all sessions of this library share.</summary>
    public OrtEnvironment Environment { get; }

    /// <summary>An <c>OrtMemoryInfo*</c> for CPU memory that the caller owns; never released.</summary>
    public nint CpuMemory { get; }

    /// <summary>The default <c>OrtAllocator*</c>; never released.</summary>
    public nint Allocator { get; }

    /// <summary>Loads the library, or gives the one loaded before.</summary>
    /// <param name="libraryPath">The file; null: the usual places, see <see cref="OnnxRuntimeOptions.LibraryPath"/>.</param>
    /// <exception cref="OnnxRuntimeException">No library is found, it is not for this processor, or it is too old.</exception>
    public static OrtApi Load(string? libraryPath)
    {
        string key = libraryPath ?? System.Environment.GetEnvironmentVariable(LibraryLocator.PathVariable) ?? "";
        Lazy<OrtApi> lazy = s_loaded.GetOrAdd(key, static (_, path) => new Lazy<OrtApi>(() => Open(path, Version)), libraryPath);
        try
        {
            return lazy.Value;
        }
        catch (OnnxRuntimeException)
        {
            // Not remembered: the library may be installed, or the variable set, before the next attempt.
            s_loaded.TryRemove(new(key, lazy));
            throw;
        }
    }

    /// <summary>Loads the library and asks it for a version of its API.</summary>
    internal static OrtApi Open(string? libraryPath, uint version)
    {
        (nint library, string path) = LibraryLocator.Load(libraryPath);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint getApiBase))
        {
            throw new OnnxRuntimeException(OnnxRuntimeErrorCode.NoSuchFile,
                $"ONNX Runtime: '{path}' has no function OrtGetApiBase, expected ONNX Runtime's native library. {LibraryLocator.InstallHint}");
        }

        nint* apiBase = ((delegate* unmanaged<nint*>)getApiBase)();
        string libraryVersion = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)apiBase[1])()) ?? "";
        nint* table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(version);
        return table is not null ? new OrtApi(path, libraryVersion, table) : throw new OnnxRuntimeException(OnnxRuntimeErrorCode.NotImplemented,
            $"ONNX Runtime: '{path}' is version {libraryVersion} and does not offer C API {version}, expected 1.{version} or later. {LibraryLocator.InstallHint}");
    }

    /// <summary>Throws if a call failed, and releases its status.</summary>
    /// <param name="status">What the function returned; 0 for success.</param>
    /// <param name="where">What was being done, to begin the message with; null for none.</param>
    public void Check(nint status, string? where = null)
    {
        if (status != 0)
        {
            throw ToException(status, where);
        }
    }

    /// <summary>Turns a failed status into an exception and releases it.</summary>
    public OnnxRuntimeException ToException(nint status, string? where = null)
    {
        var code = (OnnxRuntimeErrorCode)GetErrorCode(status);
        string message = Marshal.PtrToStringUTF8((nint)GetErrorMessage(status)) ?? "";
        ReleaseStatus(status);
        return new OnnxRuntimeException(code, $"{where ?? "ONNX Runtime"}: {message} ({code}, ONNX Runtime {LibraryVersion})", message);
    }

    /// <summary>Reads a string that the default allocator owns, and frees it.</summary>
    public string TakeString(byte* text)
    {
        string result = Marshal.PtrToStringUTF8((nint)text) ?? "";
        Check(AllocatorFree(Allocator, (nint)text));
        return result;
    }

    /// <summary>A null-terminated UTF-8 copy of <paramref name="text"/>.</summary>
    public static byte[] Utf8(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
