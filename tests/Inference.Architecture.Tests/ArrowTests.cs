using System.Text.RegularExpressions;
using Inference.Architecture.Tests.Rooms;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Architecture.Tests;

/// <summary>The arrows of docs/ARCHITECTURE.md.</summary>
public sealed partial class ArrowTests
{
    // What a build runs: the package has them, its assembly does not know them.
    private static readonly string[] s_carried = ["Inference.Generators", "Inference.Signatures"];

    private static readonly Dictionary<string, string[]> s_projects = new()
    {
        ["Inference.Abstractions"] = [],
        ["Inference.Kernels"] = [],
        ["Inference.Onnx"] = [],
        ["Inference"] = ["Inference.Abstractions", "Inference.Kernels", "Inference.Onnx", .. s_carried],
        ["Inference.Generators"] = [],
        ["Inference.Signatures"] = ["Inference.Onnx"],
        ["Inference.Evaluation"] = ["Inference.Abstractions"],
        ["Inference.OnnxRuntime"] = ["Inference.Abstractions"],
        ["Inference.Batching"] = ["Inference.Abstractions"],
        ["Inference.Images"] = ["Inference.Abstractions"],
        ["Inference.Testing"] = ["Inference.Abstractions"],
        ["Inference.Caching"] = ["Inference.Abstractions"],
        ["Inference.Sequences"] = ["Inference.Abstractions"],
        ["Inference.Versioning"] = ["Inference.Abstractions", "Inference.Evaluation"],
        ["Inference.Monitoring"] = ["Inference.Abstractions", "Inference.Evaluation"],
        ["Inference.Monitoring.PostgreSql"] = ["Inference.Monitoring"],
        ["Inference.Monitoring.Sqlite"] = ["Inference.Monitoring"],
        ["Inference.AspNetCore"] = ["Inference.Abstractions"],
        ["Inference.Remote"] = ["Inference.Abstractions", "Inference"],
        ["Inference.Orleans"] = ["Inference.Abstractions", "Inference"],
        ["Inference.Decisions.PostgreSql"] = ["Inference.Abstractions"],
        ["Inference.Decisions.Redis"] = ["Inference.Abstractions"],
        ["Inference.Data"] = ["Inference.Abstractions", "Inference.Onnx"],
        ["Inference.Optimization"] = ["Inference.Abstractions", "Inference.Data", "Inference.Evaluation", "Inference.Kernels", "Inference.Onnx"],
    };

    // What the rooms of the engine may use, by their first folder.
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["Ir"] = [],
        ["Layers"] = [],
        ["Operators"] = ["Ir", "Layers"],
        ["Import"] = ["Ir", "Operators"],
        ["Rewriting"] = ["Ir", "Operators"],
        ["Planning"] = ["Ir", "Operators", "Rewriting"],
        ["Execution"] = ["Ir", "Operators", "Rewriting", "Planning"],
        ["Serving"] = ["Ir"],
        ["Splitting"] = ["Ir", "Operators", "Import", "Rewriting"],
        ["Placement"] = ["Ir", "Operators", "Import", "Rewriting", "Serving"],
        ["Engine"] = ["Ir", "Operators", "Import", "Rewriting", "Planning", "Execution", "Serving", "Splitting", "Placement", "Scanning"],
        ["Scanning"] = ["Ir", "Operators", "Import", "Rewriting"],
        ["Providers"] = ["Ir", "Operators", "Import", "Engine", "Serving"],
        ["Loading"] = ["Ir", "Operators", "Import", "Rewriting", "Serving", "Placement", "Engine", "Providers", "Scanning"],
    };

    [Fact]
    public void Projects_AreAllOnTheMap()
    {
        string root = TestData.RepositoryRoot!;
        string map = File.ReadAllText(Path.Combine(root, "docs", "ARCHITECTURE.md"));
        foreach (string project in Directory.GetDirectories(Path.Combine(root, "src")).Select(Path.GetFileName).OfType<string>().Where(p => File.Exists(Path.Combine(root, "src", p, $"{p}.csproj"))))
        {
            Assert.Contains($"`{project}`", map);
            if (project != "Inference.Cli")
            {
                Assert.Contains(project, s_projects.Keys);
            }
        }
    }

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
    public void BuildTools_AreCarriedAndNotReferenced()
    {
        string file = File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "src", "Inference", "Inference.csproj"));
        Assert.All(s_carried, tool => Assert.Matches($"ProjectReference Include=\"[^\"]*{Regex.Escape(tool)}\\.csproj\" ReferenceOutputAssembly=\"false\"", file));
        Assert.DoesNotContain(Directory.GetFiles(AppContext.BaseDirectory, "Inference*.dll").Select(Path.GetFileNameWithoutExtension), s_carried.Contains);
    }

    [Fact]
    public void EngineRooms_UseOnlyWhatTheMapAllows()
    {
        RoomGraph graph = RoomGraph.Of([Path.Combine(AppContext.BaseDirectory, "Inference.dll")]);
        string[] broken =
        [
            .. from user in graph.Rooms
               where s_rooms.ContainsKey(First(user))
               from used in graph.UsedBy(user)
               where First(used) != First(user) && !s_rooms[First(user)].Contains(First(used))
               select $"{user} uses {used}: {string.Join("; ", graph.Uses(user, used).Take(6))}",
        ];
        Assert.True(broken.Length == 0, string.Join("\n", broken));
    }

    private static string First(Room room) => room.Folder.Split('.')[0];

    [GeneratedRegex("""ProjectReference Include="[^"]*[/\\]([^/\\"]+)\.csproj""")]
    private static partial Regex ProjectReference();
}
