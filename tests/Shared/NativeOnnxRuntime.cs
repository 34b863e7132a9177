using System.Runtime.InteropServices;

namespace Inference.TestSupport;

/// <summary>Whether ONNX Runtime's native library is there for tests: the file that the variable ORT_DYLIB_PATH names, else what the build put beside the program.</summary>
public static class NativeOnnxRuntime
{
    /// <summary>The library's file.</summary>
    public static string LibraryPath { get; } = Environment.GetEnvironmentVariable("ORT_DYLIB_PATH") is { Length: > 0 } named
        ? named
        : Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", FileName);

    /// <summary>Why a test that needs the library cannot run, or null when it can.</summary>
    public static string? SkipReason => File.Exists(LibraryPath)
        ? null
        : $"ONNX Runtime's native library '{LibraryPath}' is missing: its package has none for this system, or ORT_DYLIB_PATH names no file.";

    private static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";
}
