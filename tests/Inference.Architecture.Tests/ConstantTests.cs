using Inference.Architecture.Tests.Constants;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Architecture.Tests;

/// <summary>Numbers that decide or limit something say why they are what they are: what they follow from, or the measurement that set them.</summary>
public sealed class ConstantTests
{
    private static readonly string s_sources = Path.Combine(TestData.RepositoryRoot!, "src");

    [Fact]
    public void Limits_SayWhy()
    {
        NumericConstant[] limits =
        [
            .. Directory.GetFiles(s_sources, "*.cs", SearchOption.AllDirectories)
                .Where(static f => !f.Split(Path.DirectorySeparatorChar).Any(static part => part is "obj" or "bin"))
                .SelectMany(static f => NumericConstant.Of(Path.GetRelativePath(s_sources, f).Replace('\\', '/'), File.ReadAllLines(f)))
                .Where(static c => c.IsLimit),
        ];
        Assert.True(limits.Length > 100, "The constants are no longer found.");
        string[] silent = [.. limits.Where(static c => !c.Explained && !c.IsDerived).Select(static c => $"{c.File}:{c.Line} {c.Name} = {c.Value}")];
        Assert.True(
            silent.Length == 0,
            $"Expected a comment above each limit that says what it follows from, or names the file under benchmarks/results that it was measured in; these have none:\n{string.Join('\n', silent)}");
    }

    [Theory]
    [InlineData("// Why.", "private const int MaxRows = 5;", true)]
    [InlineData("", "private const int MaxRows = 5;", false)]
    [InlineData("", "private const int MaxRows = 4 * Lanes;", true)]
    [InlineData("", "private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);", false)]
    [InlineData("", "private const int Mantissa = 52;", true)]
    public void Constant_ThatLimits_HasAReason(string above, string line, bool good)
    {
        NumericConstant constant = Assert.Single(NumericConstant.Of("File.cs", [above, line]));
        Assert.Equal(good, !constant.IsLimit || constant.Explained || constant.IsDerived);
    }

    [Fact]
    public void Constants_InAGroup_ShareAComment() =>
        Assert.All(NumericConstant.Of("File.cs", ["// Why.", "const int MinRows = 1;", "const int MaxRows = 5;"]), static c => Assert.True(c.Explained));
}
