using Inference.OnnxRuntime.Native;
using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime;

/// <summary>The native ONNX Runtime library of the process. Thread-safe.</summary>
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

    /// <summary>The file that the library was loaded from, or only its name if the system's loader found it.</summary>
    public string Path { get; }

    /// <summary>The library's version, such as <c>1.31.1</c>.</summary>
    public string Version { get; }

    /// <summary>The execution providers that the library was built with, by their long names.</summary>
    public IReadOnlyList<string> ExecutionProviders { get; }

    /// <summary>Loads the library unless it is already loaded, and returns a description of it. A program that also uses Microsoft.ML.OnnxRuntime directly must call this first.</summary>
    /// <param name="libraryPath">The file; null, the default, for the library already loaded, otherwise for the default search order described at <see cref="OnnxRuntimeOptions.LibraryPath"/>.</param>
    /// <exception cref="OnnxRuntimeException">The library is not found, is built for another processor, or is older than the package, or another library is already loaded.</exception>
    public static OnnxRuntimeLibrary Load(string? libraryPath = null) => new(OrtLibrary.Load(libraryPath));

    /// <summary>Whether a usable library is found.</summary>
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
