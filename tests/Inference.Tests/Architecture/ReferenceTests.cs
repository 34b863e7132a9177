using System.Text.RegularExpressions;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Architecture;

/// <summary>The arrows of docs/ARCHITECTURE.md.</summary>
public sealed partial class ReferenceTests
{
    private static readonly Dictionary<string, string[]> s_projects = new()
    {
        ["Inference.Abstractions"] = [],
        ["Inference.Kernels"] = [],
        ["Inference.Onnx"] = [],
        ["Inference"] = ["Inference.Abstractions", "Inference.Kernels", "Inference.Onnx"],
        ["Inference.OnnxRuntime"] = ["Inference.Abstractions"],
        ["Inference.Batching"] = ["Inference.Abstractions"],
        ["Inference.Caching"] = ["Inference.Abstractions"],
        ["Inference.Versioning"] = ["Inference.Abstractions"],
        ["Inference.Optimization"] = ["Inference.Abstractions", "Inference.Kernels", "Inference.Onnx"],
    };

    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["Graph"] = ["Operators"],
        ["Operators"] = ["Graph"],
        ["Import"] = ["Graph", "Operators"],
        ["Passes"] = ["Graph", "Operators"],
        ["Planning"] = ["Graph", "Operators", "Passes"],
        ["Execution"] = ["Graph", "Operators", "Passes", "Planning"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatTheMapAllows()
    {
        foreach ((string project, string[] allowed) in s_projects)
        {
            string file = File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "src", project, $"{project}.csproj"));
            string[] references = [.. ProjectReference().Matches(file).Select(m => m.Groups[1].Value)];
            Assert.True(references.All(allowed.Contains), $"{project} references {string.Join(", ", references.Except(allowed))}; allowed: {string.Join(", ", allowed)}.");
        }
    }

    [Fact]
    public void Rooms_UseOnlyWhatTheMapAllows()
    {
        string core = Path.Combine(TestData.RepositoryRoot!, "src", "Inference");
        HashSet<string> rooms = [.. Directory.GetDirectories(core).Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj"))];
        var broken = new List<string>();
        foreach ((string room, string[] allowed) in s_rooms)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(core, room), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match use in UsingRoom().Matches(File.ReadAllText(file)))
                {
                    string other = use.Groups[1].Value;
                    if (rooms.Contains(other) && other != room && !allowed.Contains(other))
                    {
                        broken.Add($"{room}/{Path.GetFileName(file)} uses {other}");
                    }
                }
            }
        }

        Assert.Empty(broken);
    }

    [GeneratedRegex("""ProjectReference Include="[^"]*[/\\]([^/\\"]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"^using Inference\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingRoom();
}
