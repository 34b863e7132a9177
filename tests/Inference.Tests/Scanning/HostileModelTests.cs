using Inference.Diagnostics;
using Inference.Scanning;
using Inference.TestSupport;

namespace Inference.Tests.Scanning;

/// <summary>Planted hostile files: a scan finds each, and a load refuses what the scan calls fatal, by an error of ours.</summary>
public sealed class HostileModelTests
{
    public static TheoryData<string> Names => [.. HostileModels.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scan_HostileFile_IsFoundAndRefused(string name)
    {
        if (OperatingSystem.IsWindows() && name.StartsWith("link", StringComparison.Ordinal))
        {
            return;
        }

        (bool fatal, Action<TemporaryFolder> write) = HostileModels.All[name];
        using var folder = new TemporaryFolder();
        write(folder);
        ScanReport report = ModelScanner.Scan(ModelSource.Directory(folder.Path));
        Assert.NotEmpty(report.Findings);
        Assert.True(fatal == report.HasFatal, string.Join("\n", report.Findings));
        var limited = new ModelLoadOptions { MaxLoadTime = TimeSpan.FromSeconds(20) };
        if (fatal)
        {
            Assert.ThrowsAny<ModelLoadException>(() => ModelRunner.Load(folder.Path, limited));
        }
    }

    [Fact]
    public void Scan_HardLink_IsFatalUnlessAllowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        HostileModels.All["data-short"].Write(folder);
        File.WriteAllBytes(folder.File("other.bin"), new byte[16]);
        File.Delete(folder.File("short.bin"));
        using (var link = System.Diagnostics.Process.Start("ln", [folder.File("other.bin"), folder.File("short.bin")]))
        {
            link.WaitForExit();
        }

        ScanFinding finding = Assert.Single(ModelScanner.Scan(ModelSource.Directory(folder.Path)).Findings);
        Assert.Equal(ScanSeverity.Fatal, finding.Severity);
        Assert.Contains("is a hard link: the file has 2 names", finding.Message, StringComparison.Ordinal);
        Assert.Throws<ModelLoadException>(() => ModelRunner.Load(folder.Path));
        var allowed = new ModelLoadOptions { Limits = { AllowHardLinks = true } };
        Assert.Empty(ModelScanner.Scan(ModelSource.Directory(folder.Path), allowed).Findings);
        ModelRunner.Load(folder.Path, allowed).Dispose();
    }

    [Theory]
    [InlineData("loop-endless")]
    [InlineData("loop-endless-passed")]
    [InlineData("loop-long")]
    public void Load_LoopsWithALimit_AreRefused(string name)
    {
        using var folder = new TemporaryFolder();
        HostileModels.All[name].Write(folder);
        ModelRunner.Load(folder.Path).Dispose();
        Assert.Contains("Loop", Assert.Throws<ModelLoadException>(() => ModelRunner.Load(folder.Path, new ModelLoadOptions { Limits = { MaxLoopTrips = 1000 } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_MissingFile_Throws() => Assert.Throws<ModelLoadException>(() => ModelScanner.Scan(ModelSource.File("/nowhere/model.onnx")));

    [Fact]
    public void Load_LowerLimits_AreEnforced()
    {
        using var folder = new TemporaryFolder();
        HostileModels.All["expand-constantofshape-some"].Write(folder);
        ModelRunner.Load(folder.Path).Dispose();
        var low = new ModelLoadOptions { Limits = { MaxExpandedBytes = 1 << 20 } };
        Assert.Contains("MaxExpandedBytes", Assert.Throws<ModelLoadException>(() => ModelRunner.Load(folder.Path, low)).Message, StringComparison.Ordinal);
        Assert.True(ModelScanner.Scan(ModelSource.Directory(folder.Path), low).HasFatal);
        Assert.Throws<ModelLoadException>(() => ModelRunner.Load(folder.Path, new ModelLoadOptions { Limits = { MaxFileBytes = 10 } }));
        Assert.Throws<ModelLoadException>(() => ModelRunner.Load(folder.Path, new ModelLoadOptions { Limits = { MaxNodes = 0 } }));
    }
}
