namespace Inference.Conformance.Tests;

public class CoverageTests
{
    [Fact]
    public void RequireAll_ThisAssembly_Passes() => ConformanceCoverage.RequireAll(typeof(CoverageTests).Assembly);

    [Fact]
    public void RequireAll_NoProvider_Fails() =>
        Assert.Contains("has no class that implements IProviderUnderTest", Assert.ThrowsAny<Exception>(() => ConformanceCoverage.RequireAll(typeof(ConformanceCoverage).Assembly)).Message, StringComparison.Ordinal);
}
