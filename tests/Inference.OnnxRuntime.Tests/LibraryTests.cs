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
        Assert.True(OnnxRuntimeLibrary.IsAvailable());
    }

    [Fact]
    public void Load_MissingFile_SaysHowToInstall()
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeLibrary.Load("no/such/libonnxruntime.so"));
        Assert.Equal(OnnxRuntimeErrorCode.NoSuchFile, error.Code);
        Assert.Equal(
            "ONNX Runtime: the native library 'no/such/libonnxruntime.so', named by the option LibraryPath, does not exist. Reference a package that contains the native library "
            + "(Microsoft.ML.OnnxRuntime, or one of its variants for GPUs), version 1.31 or later, or set the option LibraryPath or the environment variable ORT_DYLIB_PATH to the library file.",
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
        Assert.Contains($"is built for {(head[18] == 62 ? "X64" : "Arm64")}, but this process runs on", error.Message, StringComparison.Ordinal);
        Assert.Contains(LibraryLocator.InstallHint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotALibrary_SaysSo()
    {
        // The process may have a library already, and refuses another one whatever it is: what reads files is asked.
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => WithFile("this is text"u8.ToArray(), LibraryLocator.Load));
        Assert.Contains("cannot be loaded", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    [Theory]
    [InlineData("1.30.0")]
    [InlineData("1.4.1")]
    [InlineData("")]
    public void RequireVersion_LibraryTooOld_NamesVersions(string version)
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtLibrary.RequireVersion(version, "libonnxruntime.so"));
        Assert.Equal(OnnxRuntimeErrorCode.NotImplemented, error.Code);
        Assert.StartsWith(
            $"ONNX Runtime: 'libonnxruntime.so' is version {version}; expected 1.31 or later, the version of the package Microsoft.ML.OnnxRuntime.Managed.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.31.0")]
    [InlineData("1.31.1-dev+abc")]
    [InlineData("1.40.2")]
    public void RequireVersion_AsNewAsThePackage_IsTaken(string version) => OrtLibrary.RequireVersion(version, "libonnxruntime.so");

    [OrtFact]
    public void Load_SecondLibrary_NamesBoth()
    {
        string first = OnnxRuntimeLibrary.Load().Path;
        string copy = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        File.Copy(first, copy);
        try
        {
            OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeLibrary.Load(copy));
            Assert.Contains($"names '{copy}', but '{first}' (version", error.Message, StringComparison.Ordinal);
            Assert.Contains("a process can load only one native library", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(copy);
        }

        Assert.Equal(first, OnnxRuntimeLibrary.Load(Path.GetFullPath(first)).Path);
    }

    [OrtFact]
    public void Load_LinkToTheLoadedLibrary_IsThatLibrary()
    {
        string first = OnnxRuntimeLibrary.Load().Path;
        string link = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        File.CreateSymbolicLink(link, Path.GetFullPath(first));
        try
        {
            Assert.Equal(first, OnnxRuntimeLibrary.Load(link).Path);
        }
        finally
        {
            File.Delete(link);
        }
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
