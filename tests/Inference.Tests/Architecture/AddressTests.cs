using System.Text.RegularExpressions;
using Match = System.Text.RegularExpressions.Match;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Architecture;

/// <summary>No address without its owner: the engine takes addresses of values through <see cref="TensorPin"/> alone, and every handle names what holds its memory.</summary>
public sealed partial class AddressTests
{
    // Who implements Pin, and who pins the memory of a file for as long as a constant lives.
    private static readonly string[] s_mayPin = ["BorrowedTensor.cs", "BoundOutput.cs", "RowView.cs", "TensorPin.cs", "TensorImport.cs"];

    [Fact]
    public void Pin_IsCalledByTheOwnersAlone()
    {
        string[] callers = [.. Sources().Where(f => PinCall().IsMatch(File.ReadAllText(f))).Select(f => Path.GetFileName(f)!).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(s_mayPin.Order(StringComparer.Ordinal), callers);
    }

    [Fact]
    public void MemoryHandle_AlwaysHasAnOwner()
    {
        int found = 0;
        foreach (string file in Sources())
        {
            foreach (Match handle in NewHandle().Matches(File.ReadAllText(file)))
            {
                found++;
                Assert.True(Owner().IsMatch(handle.Value), $"{Path.GetFileName(file)}: '{handle.Value}' names no owner of the memory.");
            }
        }

        Assert.True(found >= 4, "The pattern no longer finds the handles there are.");
    }

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot!, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"\.Pin\(\)")]
    private static partial Regex PinCall();

    [GeneratedRegex(@"(new MemoryHandle|MemoryHandle \w+(\([^)]*\))? =>? new)\((?<arguments>[^;]*)\);")]
    private static partial Regex NewHandle();

    [GeneratedRegex(@", (default, this|pinnable: this)\);$")]
    private static partial Regex Owner();
}
