using Inference.Architecture.Tests.Rooms;

namespace Inference.Architecture.Tests;

/// <summary>A folder is a room: no two use each other, and what is written in one has its namespace.</summary>
public sealed class RoomTests
{
    private static readonly IReadOnlyCollection<string> s_assemblies =
        [.. Directory.GetFiles(AppContext.BaseDirectory, "Inference*.dll").Where(static f => !Path.GetFileName(f).Contains("Tests", StringComparison.Ordinal))];

    [Fact]
    public void Rooms_OfEveryProject_UseEachOtherOneWay()
    {
        RoomGraph graph = RoomGraph.Of(s_assemblies);
        Assert.True(graph.Rooms.Count() > 50);
        string[] cycles = [.. graph.Cycles().Select(cycle => Describe(graph, cycle))];
        Assert.True(cycles.Length == 0, string.Join("\n", cycles));
    }

    /// <summary>Public types may live in their project's namespace, whatever their room, so that users need one `using`.</summary>
    [Fact]
    public void Types_HaveTheNamespaceOfTheirFolder()
    {
        string[] misplaced = [.. s_assemblies.SelectMany(WrittenTypes.Of)
            .Where(static type => type.Name.Namespace != type.Room.Namespace && !IsContract(type) && !(type.IsPublic && IsFront(type)))
            .Select(static type => $"{type.Name.Namespace}.{type.Name.Name} lies in the folder of {type.Room}")];
        Assert.True(misplaced.Length == 0, $"{misplaced.Length} types: {string.Join("\n", misplaced)}");
    }

    private static bool IsFront(WrittenType type) => type.Name.Namespace == type.Room.Project || type.Name.Namespace.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || type.Name.Namespace is "Microsoft.AspNetCore.Builder" or "Orleans.Hosting";

    // The contracts are written against by everybody: their project's own name stands in no namespace.
    private static bool IsContract(WrittenType type) => type.Room.Project == "Inference.Abstractions" && (type.Name.Namespace == "Inference" || type.Name.Namespace == $"Inference.{type.Room.Folder}");

    private static string Describe(RoomGraph graph, IReadOnlyList<Room> cycle)
    {
        IEnumerable<string> uses = cycle.SelectMany(user => graph.UsedBy(user).Intersect(cycle).Select(used => (user, used, types: graph.Uses(user, used))))
            .OrderBy(static use => use.types.Count)
            .Select(static use => $"  {use.user} uses {use.used} ({use.types.Count}): {string.Join("; ", use.types.Take(12))}");
        return $"{cycle.Count} rooms use each other: {string.Join(", ", cycle)}\n{string.Join("\n", uses)}";
    }
}
