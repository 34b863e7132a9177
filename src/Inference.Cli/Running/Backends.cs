using System.CommandLine;
using Inference.Images;
using Inference.OnnxRuntime;

namespace Inference.Cli.Running;

/// <summary>Providers by the names of the command line.</summary>
internal static class Backends
{
    public const string Cpu = "cpu";
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>The managed engine with its image decoder.</summary>
    public static ModelLoader Engine { get; } = new(images: new ManagedImageDecoder());

    /// <summary>The option that names ONNX Runtime's native library.</summary>
    public static Option<string?> LibraryOption() => new("--onnxruntime-library")
    {
        Description = "ONNX Runtime's native library; else ORT_DYLIB_PATH, beside the program, the system's loader.",
    };

    /// <summary>A loader that runs models on the provider.</summary>
    /// <param name="name">The provider.</param>
    /// <param name="library">ONNX Runtime's native library; null: the usual places.</param>
    /// <exception cref="InferenceException">There is no such provider.</exception>
    public static IModelLoader Loader(string name, string? library = null) => name switch
    {
        Cpu => Engine,
        OnnxRuntime => ModelLoader.Only(new OnnxRuntimeProvider(RuntimeOptions(library))),
        _ => throw new UsageException($"--backend: expected '{Cpu}' or '{OnnxRuntime}', got '{name}'."),
    };

    /// <summary>Options with the native library named; everything else at its default: all graph optimizations, arena, memory patterns.</summary>
    public static OnnxRuntimeOptions RuntimeOptions(string? library) => new() { LibraryPath = library };
}
