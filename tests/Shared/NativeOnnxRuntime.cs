namespace Inference.TestSupport;

/// <summary>Locates ONNX Runtime's native library for tests: the variable ORT_DYLIB_PATH, else what <c>eng/setup.sh</c> put into <c>.native</c>.</summary>
public static class NativeOnnxRuntime
{
    private static readonly Lazy<string?> LazyPath = new(Locate);

    /// <summary>The library's file; null where there is none.</summary>
    public static string? LibraryPath => LazyPath.Value;

    /// <summary>Why a test that needs the library cannot run, or null when it can.</summary>
    public static string? SkipReason => LibraryPath is null
        ? "ONNX Runtime's native library is missing: run eng/setup.sh, or set ORT_DYLIB_PATH."
        : null;

    private static string FileName =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.1.dylib"
        : "libonnxruntime.so.1";

    private static string? Locate()
    {
        var named = Environment.GetEnvironmentVariable("ORT_DYLIB_PATH");
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named) ? named : null;
        }

        if (TestData.RepositoryRoot is not { } root)
        {
            return null;
        }

        var installed = Path.Combine(root, ".native", "onnxruntime", FileName);
        return File.Exists(installed) ? installed : null;
    }
}
