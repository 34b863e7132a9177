using System.Runtime.InteropServices;
using Inference.OnnxRuntime.Native;

namespace Inference.OnnxRuntime;

/// <summary>What the native library is. Thread-safe.</summary>
public sealed class OnnxRuntimeLibrary
{
    private OnnxRuntimeLibrary(OrtApi api)
    {
        Path = api.LibraryPath;
        Version = api.LibraryVersion;
        BuildInfo = ReadBuildInfo(api);
        ExecutionProviders = ProvidersOf(api);
    }

    /// <summary>The file the library was loaded from, or its bare name where the system's loader found it.</summary>
    public string Path { get; }

    /// <summary>The library's version, such as <c>1.30.0</c>.</summary>
    public string Version { get; }

    /// <summary>How the library was built, in its own words.</summary>
    public string BuildInfo { get; }

    /// <summary>The execution providers the library was built with, by their long names.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; }

    /// <summary>Loads the library, if it is not loaded, and says what it is.</summary>
    /// <param name="libraryPath">The file; null: the usual places, see <see cref="OnnxRuntimeOptions.LibraryPath"/>.</param>
    /// <exception cref="OnnxRuntimeException">No library is found, it is not for this processor, or it is too old.</exception>
    public static OnnxRuntimeLibrary Load(string? libraryPath = null) => new(OrtApi.Load(libraryPath));

    /// <summary>Whether a library is found that can be used.</summary>
    public static bool IsAvailable(string? libraryPath = null)
    {
        try
        {
            OrtApi.Load(libraryPath);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }

    internal static unsafe IReadOnlyList<string> ProvidersOf(OrtApi api)
    {
        byte** names;
        int count;
        api.Check(api.GetAvailableProviders(&names, &count));
        var result = new string[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = Marshal.PtrToStringUTF8((nint)names[i]) ?? "";
        }

        api.Check(api.ReleaseAvailableProviders(names, count));
        return result;
    }

    private static unsafe string ReadBuildInfo(OrtApi api) => Marshal.PtrToStringUTF8((nint)api.GetBuildInfoString()) ?? "";
}
