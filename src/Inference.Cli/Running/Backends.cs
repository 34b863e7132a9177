using System.CommandLine;
using Inference.Images;
using Inference.OnnxRuntime;

namespace Inference.Cli.Running;

/// <summary>The providers by their names on the command line.</summary>
internal static class Backends
{
    public const string Cpu = "cpu";
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>The managed engine with its image decoder.</summary>
    public static ModelLoader Engine => new(images: new ManagedImageDecoder(), keys: KeyFile.Provider);

    /// <summary>The option that names ONNX Runtime's native library.</summary>
    public static Option<string?> LibraryOption() => new("--onnxruntime-library")
    {
        Description = "Path of ONNX Runtime's native library. Default: ORT_DYLIB_PATH, the program's folder, the system's search path.",
    };

    /// <summary>Returns a loader that runs models on a provider.</summary>
    /// <param name="name">The provider.</param>
    /// <param name="library">The path of ONNX Runtime's native library; null: the default locations.</param>
    /// <exception cref="InferenceException">There is no such provider.</exception>
    public static IModelLoader Loader(string name, string? library = null) => name switch
    {
        Cpu => Engine,
        OnnxRuntime => ModelLoader.Only(new OnnxRuntimeProvider(RuntimeOptions(library)), keys: KeyFile.Provider),
        _ => throw new UsageException($"--backend: expected '{Cpu}' or '{OnnxRuntime}', got '{name}'."),
    };

    /// <summary>Options with the path of the native library; all others at their defaults: all graph optimizations, arena, memory patterns.</summary>
    public static OnnxRuntimeOptions RuntimeOptions(string? library) => new() { LibraryPath = library };
}
