using System.Text.RegularExpressions;
using TestData = Inference.TestSupport.TestData;

namespace Inference.PublicApi.Tests;

/// <summary>What the analyzer that keeps the public API does not say of its files.</summary>
public sealed partial class PublicApiFileTests
{
    // Programs, and what the compiler loads: nothing references them.
    private static readonly string[] s_without = ["Inference.Cli", "Inference.Generators", "Inference.Signatures"];

    private static IEnumerable<string> Projects =>
        from folder in Directory.GetDirectories(Path.Combine(TestData.RepositoryRoot!, "src"))
        where File.Exists(Path.Combine(folder, $"{Path.GetFileName(folder)}.csproj"))
        select folder;

    [Fact]
    public void Libraries_HaveBothFiles_AndNoOtherProject()
    {
        Assert.All(Projects, static folder =>
        {
            bool expected = !s_without.Contains(Path.GetFileName(folder));
            Assert.Equal(expected, File.Exists(Path.Combine(folder, "PublicAPI.Shipped.txt")));
            Assert.Equal(expected, File.Exists(Path.Combine(folder, "PublicAPI.Unshipped.txt")));
        });
    }

    [Fact]
    public void Files_AskForNullability_AndHaveNoPointer()
    {
        Assert.All(Projects.SelectMany(static folder => Directory.GetFiles(folder, "PublicAPI.*.txt")), static file =>
        {
            string[] lines = File.ReadAllLines(file);
            Assert.Equal("#nullable enable", lines[0]);
            Assert.DoesNotContain(lines, Pointer().IsMatch);
        });
    }

    // Behind a type's name; the operator of multiplication has a blank before it. Or a pointer to a function.
    [GeneratedRegex(@"[\w>\]]\*|delegate\*")]
    private static partial Regex Pointer();
}
