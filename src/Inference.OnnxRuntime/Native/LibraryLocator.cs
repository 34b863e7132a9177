using System.Runtime.InteropServices;
using Env = System.Environment;

namespace Inference.OnnxRuntime.Native;

/// <summary>Finds and loads ONNX Runtime's native library.</summary>
internal static class LibraryLocator
{
    /// <summary>The environment variable that names the library's file.</summary>
    public const string PathVariable = "ORT_DYLIB_PATH";

    /// <summary>Who named a file that <see cref="OnnxRuntimeOptions.LibraryPath"/> names.</summary>
    public const string NamedByOption = "the option LibraryPath";

    /// <summary>How to install the library, to end messages with.</summary>
    public static string InstallHint { get; } =
        $"Reference a package that contains the native library (Microsoft.ML.OnnxRuntime, or one of its variants for GPUs), version {OrtLibrary.PackageVersion} or later, "
        + "or set the option LibraryPath or the environment variable ORT_DYLIB_PATH to the library file.";

    private static string[] FileNames =>
        OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
        : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() ? ["libonnxruntime.dylib", "libonnxruntime.1.dylib"]
        : ["libonnxruntime.so", "libonnxruntime.so.1"];

    /// <summary>Loads the library.</summary>
    /// <param name="libraryPath">The file; null for the environment variable, then the program's folder, then the system's loader.</param>
    /// <exception cref="OnnxRuntimeException">There is none, or it cannot be loaded.</exception>
    public static (nint Library, string Path) Load(string? libraryPath)
    {
        if (libraryPath is not null)
        {
            return LoadNamed(libraryPath, NamedByOption);
        }

        if (Env.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return LoadNamed(named, "the variable " + PathVariable);
        }

        foreach (string candidate in BesideProgram())
        {
            if (File.Exists(candidate))
            {
                return LoadNamed(candidate, "the program's folder");
            }
        }

        foreach (string name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return (library, name);
            }
        }

        throw new OnnxRuntimeException(
            $"ONNX Runtime: the native library was not found; expected {string.Join(" or ", FileNames)} in '{AppContext.BaseDirectory}', "
            + $"in '{Path.Combine("runtimes", PortableRid(), "native")}' below it, or in the system's library path. {InstallHint}") { Code = OnnxRuntimeErrorCode.NoSuchFile };
    }

    /// <summary>The files that a NuGet package may have placed in the program's folder, in the order in which they are tried.</summary>
    private static IEnumerable<string> BesideProgram()
    {
        string start = AppContext.BaseDirectory;
        List<string> folders =
        [
            Path.Combine(start, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
            Path.Combine(start, "runtimes", PortableRid(), "native"),
            start,
        ];

        // The host lists the native folders of packages that a program uses directly from the package cache.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string listed)
        {
            folders.AddRange(listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        }

        return folders.SelectMany(static folder => FileNames.Select(name => Path.Combine(folder, name)));
    }

    private static string PortableRid()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    /// <summary>Throws where a file is missing or built for another processor.</summary>
    public static void Require(string path, string namedBy)
    {
        if (!File.Exists(path))
        {
            throw new OnnxRuntimeException(
                $"ONNX Runtime: the native library '{path}', named by {namedBy}, does not exist. {InstallHint}") { Code = OnnxRuntimeErrorCode.NoSuchFile };
        }

        if (NativeImage.ArchitectureOf(path) is { } built && built != RuntimeInformation.ProcessArchitecture)
        {
            throw new OnnxRuntimeException(
                $"ONNX Runtime: the native library '{path}', named by {namedBy}, is built for {built}, but this process runs on {RuntimeInformation.ProcessArchitecture}. {InstallHint}") { Code = OnnxRuntimeErrorCode.NoSuchFile };
        }
    }

    private static (nint Library, string Path) LoadNamed(string path, string namedBy)
    {
        Require(path, namedBy);
        try
        {
            return (NativeLibrary.Load(Path.GetFullPath(path)), path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new OnnxRuntimeException(
                $"ONNX Runtime: the native library '{path}', named by {namedBy}, cannot be loaded: {exception.Message} {InstallHint}", exception) { Code = OnnxRuntimeErrorCode.NoSuchFile };
        }
    }
}
