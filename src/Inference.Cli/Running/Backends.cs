using System.CommandLine;
using Inference.OnnxRuntime;

namespace Inference.Cli.Running;

/// <summary>Providers by the names of the command line.</summary>
internal static class Backends
{
    public const string Cpu = "cpu";
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>The option that names ONNX Runtime's native library.</summary>
    public static Option<string?> LibraryOption() => new("--onnxruntime-library")
    {
        Description = "ONNX Runtime's native library; else ORT_DYLIB_PATH, beside the program, what eng/setup.sh installed, the system's loader.",
    };

    /// <summary>A loader that runs models on the provider.</summary>
    /// <param name="name">The provider.</param>
    /// <param name="library">ONNX Runtime's native library; null: the usual places.</param>
    /// <exception cref="InferenceException">There is no such provider.</exception>
    public static IModelLoader Loader(string name, string? library = null) => name switch
    {
        Cpu => ModelLoader.Default,
        OnnxRuntime => new OnnxRuntimeModelLoader(RuntimeOptions(library)),
        _ => throw new UsageException($"--backend: expected '{Cpu}' or '{OnnxRuntime}', got '{name}'."),
    };

    /// <summary>Options with the native library located; everything else at its default: all graph optimizations, arena, memory patterns.</summary>
    public static OnnxRuntimeOptions RuntimeOptions(string? library) => new() { LibraryPath = LibraryPath(library) };

    /// <summary>The library's file; null leaves the search to the provider.</summary>
    public static string? LibraryPath(string? option)
    {
        if (option is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ORT_DYLIB_PATH")))
        {
            return option;
        }

        string file = OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.1.dylib" : "libonnxruntime.so.1";
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            // Only a checkout of this repository is trusted to hold a library that was not put beside the program.
            if (File.Exists(Path.Combine(folder.FullName, "Inference.sln")))
            {
                string installed = Path.Combine(folder.FullName, ".native", "onnxruntime", file);
                return File.Exists(installed) ? installed : null;
            }
        }

        return null;
    }
}
