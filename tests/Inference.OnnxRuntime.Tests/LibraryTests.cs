using Inference.OnnxRuntime.Native;
using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests;

public class LibraryTests
{
    [OrtFact]
    public void Load_InstalledLibrary_SaysWhatItIs()
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load();
        Assert.StartsWith("1.", library.Version, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", library.ExecutionProviders);
        Assert.Contains("ORT Build Info", library.BuildInfo, StringComparison.Ordinal);
        Assert.True(OnnxRuntimeLibrary.IsAvailable());
    }

    [Fact]
    public void Load_MissingFile_SaysHowToInstall()
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeLibrary.Load("no/such/libonnxruntime.so"));
        Assert.Equal(OnnxRuntimeErrorCode.NoSuchFile, error.Code);
        Assert.Equal(
            "ONNX Runtime: the native library 'no/such/libonnxruntime.so', named by the option LibraryPath, does not exist. Reference a package that brings the native library "
            + "(Microsoft.ML.OnnxRuntime, or one of its variants for GPUs), version 1.23 or later, or set the option LibraryPath or the variable ORT_DYLIB_PATH to the library's file.",
            error.Message);
        Assert.False(OnnxRuntimeLibrary.IsAvailable("no/such/libonnxruntime.so"));
    }

    [Fact]
    public void Load_OtherProcessor_NamesBoth()
    {
        // The head of an ELF file for System z; nothing .NET runs the tests on.
        var head = new byte[64];
        "\x7FELF"u8.CopyTo(head);
        head[18] = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? (byte)62 : (byte)183;
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => LoadBytes(head));
        Assert.Contains($"is built for {(head[18] == 62 ? "X64" : "Arm64")}, this process runs on", error.Message, StringComparison.Ordinal);
        Assert.Contains(LibraryLocator.InstallHint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotALibrary_SaysSo()
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => LoadBytes("this is text"u8.ToArray()));
        Assert.Contains("cannot be loaded", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [OrtFact]
    public void Open_LibraryTooOld_NamesVersions()
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtApi.Open(null, 9999));
        Assert.Equal(OnnxRuntimeErrorCode.NotImplemented, error.Code);
        Assert.Contains("does not offer C API 9999, expected 1.9999 or later", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArchitectureOf_PeAndMachO_AreRead()
    {
        var pe = new byte[256];
        "MZ"u8.CopyTo(pe);
        pe[60] = 128;
        pe[132] = 0x64;
        pe[133] = 0x86;
        Assert.Equal(System.Runtime.InteropServices.Architecture.X64, ArchitectureOf(pe));
        byte[] machO = [0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0, 0, 1, .. new byte[64]];
        Assert.Equal(System.Runtime.InteropServices.Architecture.Arm64, ArchitectureOf(machO));
        Assert.Null(ArchitectureOf([1, 2, 3]));
    }

    private static System.Runtime.InteropServices.Architecture? ArchitectureOf(byte[] bytes) => WithFile(bytes, NativeImage.ArchitectureOf);

    private static OnnxRuntimeLibrary LoadBytes(byte[] bytes) => WithFile(bytes, OnnxRuntimeLibrary.Load);

    private static T WithFile<T>(byte[] bytes, Func<string, T> use)
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        try
        {
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
