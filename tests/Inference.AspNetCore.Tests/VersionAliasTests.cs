using Inference.AspNetCore.Models;

namespace Inference.AspNetCore.Tests;

public sealed class VersionAliasTests
{
    [Theory]
    [InlineData("1.10", "1010000")]
    [InlineData("1.9", "1009000")]
    [InlineData("v2.0.15", "2000015")]
    [InlineData("v7", "7")]
    [InlineData("0.1", "1000")]
    [InlineData("999.999.999", "999999999")]
    [InlineData("7", null)]
    [InlineData("1.2.3.4", null)]
    [InlineData("1.1000", null)]
    [InlineData("1.", null)]
    [InlineData(".1", null)]
    [InlineData("1.x", null)]
    [InlineData("1.-2", null)]
    [InlineData("vNext", null)]
    [InlineData("v", null)]
    [InlineData("", null)]
    [InlineData("2026-01-31", null)]
    public void Of_Version_IsItsNumber(string version, string? alias) => Assert.Equal(alias, VersionAlias.Of(version));

    [Fact]
    public void Describe_CollidingVersions_NamesTheNewest() => Assert.Equal("1010000=1.10.0 3=v3", VersionAlias.Describe(["1.10.0", "1.10", "v3", "2000000", "2.0"]));
}
