using Inference.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime;

/// <summary>What the native library of the process is. Thread-safe.</summary>
public sealed class OnnxRuntimeLibrary
{
    private OnnxRuntimeLibrary(OrtLibrary library)
    {
        Path = library.Path;
        Version = library.Version;
        OrtEnvironment.Enter(null);
        ExecutionProviders = OrtEnv.Instance().GetAvailableProviders();
        OrtEnvironment.Leave();
    }

    /// <summary>The file the library was loaded from, or its bare name where the system's loader found it.</summary>
    public string Path { get; }

    /// <summary>The library's version, such as <c>1.31.1</c>.</summary>
    public string Version { get; }

    /// <summary>The execution providers the library was built with, by their long names.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; }

    /// <summary>Loads the library, if it is not loaded, and says what it is. A program that also uses Microsoft.ML.OnnxRuntime itself calls this first.</summary>
    /// <param name="libraryPath">The file; null: the one loaded before, else the usual places, see <see cref="OnnxRuntimeOptions.LibraryPath"/>.</param>
    /// <exception cref="OnnxRuntimeException">No library is found, it is not for this processor, it is older than the package, or another one is loaded.</exception>
    public static OnnxRuntimeLibrary Load(string? libraryPath = null) => new(OrtLibrary.Load(libraryPath));

    /// <summary>Whether a library is found that can be used.</summary>
    public static bool IsAvailable(string? libraryPath = null)
    {
        try
        {
            OrtLibrary.Load(libraryPath);
            return true;
        }
        catch (OnnxRuntimeException)
        {
            return false;
        }
    }
}
