using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Inference.OnnxRuntime.Native;

/// <summary>The one native library of the process, found and checked before the package calls into it. Thread-safe; lives as long as the process.</summary>
internal sealed unsafe class OrtLibrary
{
    private const string PackageName = "Microsoft.ML.OnnxRuntime.Managed";
    private static readonly Lock s_lock = new();
    private static volatile OrtLibrary? s_loaded;

    private OrtLibrary(string path, string version, nint* functions)
    {
        Path = path;
        Version = version;
        Functions = functions;
    }

    /// <summary>The library that was loaded; null before the first.</summary>
    public static OrtLibrary? Loaded => s_loaded;

    /// <summary>The version of the package, which no library may be older than.</summary>
    public static Version PackageVersion { get; } = typeof(OrtValue).Assembly.GetName().Version is { } version ? new(version.Major, version.Minor) : new(1, 31);

    /// <summary>The file that the library was loaded from, or only its name if the system's loader found it.</summary>
    public string Path { get; }

    /// <summary>The library's own version, such as <c>1.31.1</c>.</summary>
    public string Version { get; }

    /// <summary>The function table of the C API, only for <see cref="PackageGaps"/>.</summary>
    public nint* Functions { get; }

    /// <summary>Loads the library, or returns the one already loaded.</summary>
    /// <param name="libraryPath">The file; null, the default, for the library already loaded, otherwise for the default search order described at <see cref="OnnxRuntimeOptions.LibraryPath"/>.</param>
    /// <exception cref="OnnxRuntimeException">No library is found, it is not for this processor, it is too old, or another one is loaded.</exception>
    public static OrtLibrary Load(string? libraryPath)
    {
        if (s_loaded is { } loaded && (libraryPath is null || loaded.Path == libraryPath))
        {
            return loaded;
        }

        lock (s_lock)
        {
            if (s_loaded is not { } first)
            {
                return s_loaded = Open(libraryPath);
            }

            if (libraryPath is not null && !IsSameFile(first.Path, libraryPath))
            {
                LibraryLocator.Require(libraryPath, LibraryLocator.NamedByOption);
                throw new OnnxRuntimeException(
                    $"ONNX Runtime: the option LibraryPath names '{libraryPath}', but '{first.Path}' (version {first.Version}) is loaded, and a process can load only one native library. "
                    + "Use the same file everywhere, or start another process.");
            }

            return first;
        }
    }

    /// <summary>Throws where a library is older than the package.</summary>
    internal static void RequireVersion(string version, string path)
    {
        string numbers = version.Split('-', '+')[0];
        if (!System.Version.TryParse(numbers, out Version? found) || new Version(found.Major, found.Minor) < PackageVersion)
        {
            throw new OnnxRuntimeException(
                $"ONNX Runtime: '{path}' is version {version}; expected {PackageVersion} or later, the version of the package {PackageName}. {LibraryLocator.InstallHint}") { Code = OnnxRuntimeErrorCode.NotImplemented };
        }
    }

    private static OrtLibrary Open(string? libraryPath)
    {
        (nint library, string path) = LibraryLocator.Load(libraryPath);
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint getApiBase))
        {
            throw new OnnxRuntimeException(
                $"ONNX Runtime: '{path}' has no function OrtGetApiBase; expected ONNX Runtime's native library. {LibraryLocator.InstallHint}") { Code = OnnxRuntimeErrorCode.NoSuchFile };
        }

        nint* apiBase = ((delegate* unmanaged<nint*>)getApiBase)();
        string version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)apiBase[1])()) ?? "";
        RequireVersion(version, path);
        Resolve(library, path, version, libraryPath);
        PackageGaps.AddElementTypes();
        return new OrtLibrary(path, version, ((delegate* unmanaged<uint, nint*>)apiBase[0])((uint)PackageVersion.Minor));
    }

    // The package resolves its library in a static constructor: this resolver must be registered before it runs, and the package's must be disabled.
    private static void Resolve(nint library, string path, string version, string? libraryPath)
    {
        OrtEnv.DisableDllImportResolver = true;
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(OrtValue).Assembly, (name, _, _) => name == "onnxruntime" ? library : 0);
        }
        catch (InvalidOperationException exception)
        {
            string used = OrtEnv.Instance().GetVersionString();
            if (libraryPath is not null || used != version)
            {
                throw new OnnxRuntimeException(
                    $"ONNX Runtime: '{path}' (version {version}) cannot be loaded: the program used {PackageName} before this provider, which loaded a library of version {used}. "
                    + "A process can load only one native library: call OnnxRuntimeLibrary.Load first, or do not set LibraryPath.", exception);
            }
        }
    }

    private static bool IsSameFile(string one, string other) => Target(one) == Target(other);

    private static string Target(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        return File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target ? target.FullName : full;
    }
}
