using System.Runtime.CompilerServices;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Lets the package find the library that <c>eng/setup.sh</c> installed, by the variable it reads anyway.</summary>
internal static class NativeLibrarySetup
{
    [ModuleInitializer]
    internal static void Use()
    {
        if (NativeOnnxRuntime.LibraryPath is { } path)
        {
            Environment.SetEnvironmentVariable("ORT_DYLIB_PATH", path);
        }
    }
}
